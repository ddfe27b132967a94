//! How long a voice message is and where in it something is said, without decoding it: the container has
//! the length, and a packet is the larger the more there is to hear.
//!
//! Source: RFC 3533 (Ogg pages), RFC 7845 (Opus in Ogg).

/// Parts of the wave.
const PARTS: usize = 48;
/// Opus counts at this rate, whatever was recorded.
const PER_SECOND: u64 = 48_000;
/// Pages that are looked at; a page has up to a second, and WhatsApp ends recordings long before.
const PAGES: usize = 100_000;

/// A voice message that could be read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Voice {
    /// Its length in milliseconds.
    pub(super) millis: u32,
    /// A digit for each of equal parts: how much happens in it.
    pub(super) wave: String,
}

/// Reads a voice message; none when it is none.
pub(super) fn read(bytes: &[u8]) -> Option<Voice> {
    let mut rest = bytes;
    let mut packets: Vec<u32> = Vec::new();
    let (mut end, mut skip, mut unfinished) = (0_u64, None, 0_u32);
    for _ in 0..PAGES {
        if rest.is_empty() {
            break;
        }
        let page = Page::read(&mut rest)?;
        let Some(before) = skip else {
            // The first page is the head: how much of the beginning is not played.
            let head = page.body.strip_prefix(b"OpusHead")?;
            skip = Some(u64::from(u16::from_le_bytes([*head.get(2)?, *head.get(3)?])));
            continue;
        };
        for size in page.sizes {
            unfinished += u32::from(*size);
            if *size < 255 {
                packets.push(unfinished);
                unfinished = 0;
            }
        }
        // A page in which no packet ends has no time.
        if page.granule != u64::MAX {
            end = end.max(page.granule.saturating_sub(before));
        }
    }
    // The first packet are the tags.
    let packets = packets.get(1..).filter(|packets| !packets.is_empty())?;
    let millis = u32::try_from(end / (PER_SECOND / 1_000)).ok()?;
    Some(Voice { millis, wave: wave(packets) })
}

struct Page<'a> {
    granule: u64,
    sizes: &'a [u8],
    body: &'a [u8],
}

impl<'a> Page<'a> {
    fn read(rest: &mut &'a [u8]) -> Option<Self> {
        let (head, after) = rest.split_at_checked(27)?;
        head.strip_prefix(b"OggS\0")?;
        let granule = u64::from_le_bytes(head.get(6..14)?.try_into().ok()?);
        let (sizes, after) = after.split_at_checked(usize::from(*head.last()?))?;
        let length: usize = sizes.iter().map(|size| usize::from(*size)).sum();
        let (body, after) = after.split_at_checked(length)?;
        *rest = after;
        Some(Self { granule, sizes, body })
    }
}

fn wave(packets: &[u32]) -> String {
    let part = |index: usize| {
        let (from, to) = (index * packets.len() / PARTS, (index + 1) * packets.len() / PARTS);
        packets.get(from..to.max(from + 1)).and_then(|part| part.iter().max()).copied().unwrap_or(0)
    };
    let parts: Vec<u32> = (0..PARTS).map(part).collect();
    let (least, most) = (parts.iter().min().copied().unwrap_or(0), parts.iter().max().copied().unwrap_or(0));
    let digit = |size: u32| {
        let share = (size - least) * 9 / (most - least).max(1);
        char::from_digit(share, 10).unwrap_or('0')
    };
    parts.into_iter().map(digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(granule: u64, packets: &[usize]) -> Vec<u8> {
        let mut sizes = Vec::new();
        for packet in packets {
            sizes.extend(std::iter::repeat_n(255_u8, packet / 255));
            sizes.push((packet % 255) as u8);
        }
        let mut page = b"OggS\0\0".to_vec();
        page.extend(granule.to_le_bytes());
        page.extend([0; 12]);
        page.push(sizes.len() as u8);
        page.extend(&sizes);
        page.extend(vec![0; packets.iter().sum()]);
        page
    }

    fn recording(packets: &[usize]) -> Vec<u8> {
        let mut head = page(0, &[19]);
        let at = head.len() - 19;
        head[at..].copy_from_slice(b"OpusHead\x01\x01\x38\x01\x80\xbb\0\0\0\0\0");
        let mut all = [head, page(0, &[30])].concat();
        for (index, part) in packets.chunks(50).enumerate() {
            all.extend(page(312 + (index as u64 * 50 + part.len() as u64) * 960, part));
        }
        all
    }

    #[test]
    fn the_length_and_the_loud_part_are_found() {
        let mut packets = vec![20; 400];
        packets[200..240].fill(300);
        let voice = read(&recording(&packets)).unwrap();
        assert_eq!(voice.millis, 8_000);
        assert_eq!(voice.wave.len(), PARTS);
        assert!(voice.wave.starts_with("0000") && voice.wave.ends_with("0000"));
        assert!(voice.wave[24..28].contains('9'), "{}", voice.wave);
    }

    #[test]
    fn what_is_no_recording_or_cut_off_has_no_length() {
        let whole = recording(&[20; 100]);
        for odd in [&b""[..], b"OggS", &whole[..30], &whole[..whole.len() - 1]] {
            assert_eq!(read(odd), None, "{} bytes", odd.len());
        }
        let mut foreign = whole.clone();
        foreign[28..36].copy_from_slice(b"\x01vorbis!");
        assert_eq!(read(&foreign), None);
    }

    #[test]
    fn a_short_recording_has_a_wave_too() {
        assert_eq!(read(&recording(&[10, 90, 10])).unwrap().wave.len(), PARTS);
    }
}
