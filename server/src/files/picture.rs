//! Small copies of pictures. Decoding a stranger's picture happens within limits of size and memory.

use std::io::Cursor;

use bytes::Bytes;
use image::{
    DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, RgbImage, imageops::FilterType,
    metadata::Orientation,
};

/// Longest side of a picture that is decoded, in pixels.
const LONGEST: u32 = 10_000;
/// Memory that reading a picture may take, in bytes. What WhatsApp's apps send needs a fifth of it.
const MEMORY: u64 = 256 * 1024 * 1024;
/// Longest side of a small copy, in pixels: the width of a bubble on a dense screen.
const SMALL: u32 = 640;

/// A picture that could be read.
#[derive(Debug)]
pub(super) struct Picture {
    /// In pixels, as it is shown.
    pub(super) width: u32,
    /// In pixels, as it is shown.
    pub(super) height: u32,
    /// A small copy, as PNG when something shines through, else as JPEG.
    pub(super) small: Bytes,
}

/// Reads a picture; none when it is none, or more than is taken on.
pub(super) fn read(bytes: &[u8]) -> Option<Picture> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?;
    let format = reader.format()?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST);
    limits.max_image_height = Some(LONGEST);
    limits.max_alloc = Some(MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().ok()?;
    let (width, height) = decoder.dimensions();
    // What a header promises is asked for before anything is decoded: the decoders themselves keep to a
    // limit in part only.
    if memory(format, u64::from(width) * u64::from(height), decoder.total_bytes()) > MEMORY {
        return None;
    }
    // Of other formats the decoder would read a piece as long as its header says it is.
    let turned = match format {
        ImageFormat::Jpeg | ImageFormat::Png => decoder.orientation().ok()?,
        _ => Orientation::NoTransforms,
    };
    let mut picture = DynamicImage::from_decoder(decoder).ok()?;
    picture.apply_orientation(turned);
    let (width, height) = (picture.width(), picture.height());
    let small =
        if width.max(height) > SMALL { picture.resize(SMALL, SMALL, FilterType::Triangle) } else { picture };
    Some(Picture { width, height, small: encoded(&small)? })
}

/// The most memory that reading a picture takes, in bytes: what the decoder keeps beside the picture, or the
/// picture and its turned copy.
fn memory(format: ImageFormat, pixels: u64, decoded: u64) -> u64 {
    let beside = match format {
        // Coefficients of three colours in two bytes, all of which a progressive picture needs at once.
        ImageFormat::Jpeg => 9,
        // A frame, what is below it, and the result.
        ImageFormat::WebP => 12,
        ImageFormat::Gif => 8,
        _ => 0,
    };
    (pixels * beside).max(decoded * 2)
}

fn encoded(small: &DynamicImage) -> Option<Bytes> {
    let mut bytes = Cursor::new(Vec::new());
    let shines_through = small.color().has_alpha() && small.to_rgba8().pixels().any(|pixel| pixel.0[3] < 255);
    if shines_through {
        DynamicImage::ImageRgba8(small.to_rgba8()).write_to(&mut bytes, ImageFormat::Png).ok()?;
    } else {
        let plain: RgbImage = small.to_rgb8();
        plain.write_to(&mut bytes, ImageFormat::Jpeg).ok()?;
    }
    Some(bytes.into_inner().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        RgbImage::from_fn(width, height, |x, y| image::Rgb([x as u8, y as u8, 7]))
            .write_to(&mut bytes, ImageFormat::Png)
            .unwrap();
        bytes.into_inner()
    }

    #[test]
    fn a_small_copy_keeps_the_shape() {
        let picture = read(&png(1_600, 400)).unwrap();
        assert_eq!((picture.width, picture.height), (1_600, 400));
        let small = image::load_from_memory(&picture.small).unwrap();
        assert_eq!((small.width(), small.height()), (640, 160));
    }

    #[test]
    fn a_header_that_promises_too_much_is_not_believed() {
        let mut bomb = png(8, 8);
        // Width and height lie behind the signature and the chunk's name; its checksum follows them.
        bomb[16..24].copy_from_slice(&[0, 0, 0x4e, 0x20, 0, 0, 0x4e, 0x20]);
        let sum = crc32(&bomb[12..29]);
        bomb[29..33].copy_from_slice(&sum.to_be_bytes());
        assert!(read(&bomb).is_none());
        assert!(read(b"\x89PNG\r\n\x1a\n").is_none());
        assert!(read(b"").is_none());
    }

    #[test]
    fn what_reading_would_take_decides_for_every_format() {
        let camera = 12_000_000;
        for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP, ImageFormat::Gif] {
            assert!(memory(format, camera, camera * 4) <= MEMORY, "{format:?}");
            let most = u64::from(LONGEST) * u64::from(LONGEST);
            assert!(memory(format, most, most * 3) > MEMORY, "{format:?}");
        }
        // Sixteen bits a colour, and turned: twice the picture.
        assert!(memory(ImageFormat::Png, 20_000_000, 20_000_000 * 8) > MEMORY);
    }

    fn crc32(data: &[u8]) -> u32 {
        let step = |crc: u32| if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
        !data.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc)))
    }
}
