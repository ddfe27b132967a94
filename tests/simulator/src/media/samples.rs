//! Small generated files that a viewer shows.

const DOCUMENT: &[u8] = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";
/// Side of a generated picture in pixels.
const SIDE: u32 = 160;

/// The type of a kind of media.
pub(super) fn mime_type(kind: &str) -> &'static str {
    match kind {
        "image" => "image/png",
        "sticker" => "image/webp",
        "document" => "application/pdf",
        _ => "audio/ogg; codecs=opus",
    }
}

/// A file of this kind; pictures differ by seed.
pub(super) fn sample(kind: &str, seed: u64) -> (&'static str, Vec<u8>) {
    let bytes = match kind {
        "image" => picture(seed),
        "sticker" => sticker(seed),
        "document" => DOCUMENT.to_vec(),
        _ => super::voice::recording(seed),
    };
    (mime_type(kind), bytes)
}

/// A disc through whose corners one sees, as WebP.
fn sticker(seed: u64) -> Vec<u8> {
    let [red, green, blue, ..] = seed.to_le_bytes();
    let mut pixels = Vec::new();
    for y in 0..SIDE {
        for x in 0..SIDE {
            let (dx, dy) = (x.abs_diff(SIDE / 2), y.abs_diff(SIDE / 2));
            let inside = dx * dx + dy * dy < (SIDE / 2 - 4).pow(2);
            pixels.extend([red | 64, green | 64, blue | 64, if inside { 255 } else { 0 }]);
        }
    }
    let mut bytes = Vec::new();
    let encoder = image::codecs::webp::WebPEncoder::new_lossless(&mut bytes);
    // Into memory and with a length that fits, nothing can fail.
    let _ = encoder.encode(&pixels, SIDE, SIDE, image::ExtendedColorType::Rgba8);
    bytes
}

/// A PNG with a soft gradient and a disc. Stored, not deflated: no compressor is needed.
fn picture(seed: u64) -> Vec<u8> {
    let [red, green, blue, ..] = seed.to_le_bytes();
    let mut rows = Vec::new();
    for y in 0..SIDE {
        rows.push(0);
        for x in 0..SIDE {
            let (dx, dy) = (x.abs_diff(SIDE / 2), y.abs_diff(SIDE / 2));
            let disc = dx * dx + dy * dy < 50 * 50;
            let shade = |base: u8, along: u32| {
                let light = u32::from(base) / 2 + along * 100 / SIDE + if disc { 60 } else { 0 };
                u8::try_from(light).unwrap_or(u8::MAX)
            };
            rows.extend([shade(red, x), shade(green, y), shade(blue, x.midpoint(y))]);
        }
    }
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut header = Vec::new();
    header.extend(SIDE.to_be_bytes());
    header.extend(SIDE.to_be_bytes());
    header.extend([8, 2, 0, 0, 0]);
    chunk(&mut png, b"IHDR", &header);
    chunk(&mut png, b"IDAT", &stored(&rows));
    chunk(&mut png, b"IEND", &[]);
    png
}

fn chunk(png: &mut Vec<u8>, name: &[u8; 4], data: &[u8]) {
    png.extend(u32::try_from(data.len()).unwrap_or(0).to_be_bytes());
    let body = [name.as_slice(), data].concat();
    png.extend(&body);
    png.extend(crc32(&body).to_be_bytes());
}

/// A zlib stream of stored blocks.
fn stored(data: &[u8]) -> Vec<u8> {
    let mut out = vec![0x78, 0x01];
    let blocks = data.chunks(0xFFFF);
    let last = blocks.len();
    for (index, block) in blocks.enumerate() {
        let length = u16::try_from(block.len()).unwrap_or(0);
        out.push(u8::from(index + 1 == last));
        out.extend(length.to_le_bytes());
        out.extend((!length).to_le_bytes());
        out.extend(block);
    }
    let (low, high) = data.iter().fold((1_u32, 0_u32), |(low, high), byte| {
        let low = (low + u32::from(*byte)) % 65_521;
        (low, (high + low) % 65_521)
    });
    out.extend((high << 16 | low).to_be_bytes());
    out
}

fn crc32(data: &[u8]) -> u32 {
    let fold = |crc: u32, byte: &u8| {
        (0..8).fold(
            crc ^ u32::from(*byte),
            |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 },
        )
    };
    !data.iter().fold(u32::MAX, fold)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_one_of_png() {
        assert_eq!(crc32(b"IEND"), 0xAE42_6082);
    }

    #[test]
    fn pictures_differ_by_seed() {
        assert_ne!(sample("image", 1).1, sample("image", 0xFF_FFFF).1);
    }
}
