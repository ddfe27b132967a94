//! What a browser records as a voice message, put into the box that WhatsApp takes: the same sound, packet by
//! packet, from WebM into Ogg.
//!
//! Source: RFC 8794 (EBML), RFC 9559 (Matroska), RFC 6716 (Opus packets), RFC 7845 (Opus in Ogg).

use bytes::Bytes;
use ogg::writing::{PacketWriteEndInfo, PacketWriter};

/// Opus counts at this rate, whatever was recorded.
const PER_SECOND: u64 = 48_000;
/// Longest packet that Opus has, in samples: 120 milliseconds.
const LONGEST: u64 = PER_SECOND / 1_000 * 120;
/// Name of the one stream in the box.
const SERIAL: u32 = 0x5357_4244;

/// Elements that others lie in; their ends need not be known.
const BOXES: [u32; 5] = [0x1853_8067, 0x1654_AE6B, 0xAE, 0x1F43_B675, 0xA0];
const CODEC_PRIVATE: u32 = 0x63A2;
const SIMPLE_BLOCK: u32 = 0xA3;
const BLOCK: u32 = 0xA1;

/// Puts a recording into an Ogg box; none when it is not one stream of Opus in one channel, which is all that
/// WhatsApp takes.
pub(crate) fn to_ogg(webm: &[u8]) -> Option<Bytes> {
    let mut rest = webm;
    let mut head = None;
    let mut packets = Vec::new();
    while !rest.is_empty() {
        let (id, size) = element(&mut rest)?;
        if BOXES.contains(&id) {
            continue;
        }
        let (body, after) = rest.split_at_checked(usize::try_from(size?).ok()?)?;
        rest = after;
        match id {
            CODEC_PRIVATE if head.is_some() => return None,
            CODEC_PRIVATE => head = Some(body).filter(|body| is_mono(body)),
            SIMPLE_BLOCK | BLOCK => packets.push(packet(body)?),
            _ => {}
        }
    }
    write(head?, &packets)
}

fn is_mono(head: &[u8]) -> bool {
    head.starts_with(b"OpusHead") && head.get(9) == Some(&1) && head.len() >= 19
}

/// An element's name and the length of what is in it; none when it lasts until something else begins.
fn element(rest: &mut &[u8]) -> Option<(u32, Option<u64>)> {
    let first = *rest.first()?;
    let length = first.leading_zeros() as usize + 1;
    let (name, after) = rest.split_at_checked(length).filter(|_| length <= 4)?;
    let id = name.iter().fold(0, |id, byte| id << 8 | u32::from(*byte));
    let first = *after.first()?;
    let length = first.leading_zeros() as usize + 1;
    let (size, after) = after.split_at_checked(length).filter(|_| length <= 8)?;
    *rest = after;
    let mark = 1_u64 << (7 * length);
    let size = size.iter().fold(0, |size, byte| size << 8 | u64::from(*byte)) ^ mark;
    Some((id, (size != mark - 1).then_some(size)))
}

/// The packet in a block: behind the track's number, two bytes of time and one of flags.
fn packet(block: &[u8]) -> Option<&[u8]> {
    let track = block.first()?.leading_zeros() as usize + 1;
    let flags = *block.get(track + 2)?;
    let laced = flags & 0b110 != 0;
    block.get(track + 3..).filter(|packet| !laced && !packet.is_empty())
}

/// How many samples a packet lasts.
fn samples(packet: &[u8]) -> Option<u64> {
    let head = *packet.first()?;
    let tenths = match head >> 3 {
        config @ 0..12 => [100, 200, 400, 600].get(usize::from(config % 4)),
        config @ 12..16 => [100, 200].get(usize::from(config % 2)),
        config => [25, 50, 100, 200].get(usize::from(config % 4)),
    };
    let frames = match head & 0b11 {
        0 => 1,
        1 | 2 => 2,
        _ => u64::from(*packet.get(1)? & 0b11_1111),
    };
    let samples = tenths? * PER_SECOND / 10_000 * frames;
    (1..=LONGEST).contains(&samples).then_some(samples)
}

fn write(head: &[u8], packets: &[&[u8]]) -> Option<Bytes> {
    let mut ogg = PacketWriter::new(Vec::new());
    let tags = [b"OpusTags".as_slice(), &[11, 0, 0, 0], b"switchboard", &[0, 0, 0, 0]].concat();
    for page in [head, &tags] {
        ogg.write_packet(page.to_vec(), SERIAL, PacketWriteEndInfo::EndPage, 0).ok()?;
    }
    let (mut at, mut page_began) = (0, 0);
    let last = packets.len().checked_sub(1)?;
    for (index, packet) in packets.iter().enumerate() {
        at += samples(packet)?;
        let full = at - page_began >= PER_SECOND;
        let end = match (index == last, full) {
            (true, _) => PacketWriteEndInfo::EndStream,
            (_, true) => PacketWriteEndInfo::EndPage,
            _ => PacketWriteEndInfo::NormalPacket,
        };
        if full {
            page_began = at;
        }
        ogg.write_packet(packet.to_vec(), SERIAL, end, at).ok()?;
    }
    Some(ogg.into_inner().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::voice;

    /// 20 milliseconds, one frame.
    const TWENTY: u8 = 0b0000_1000;

    fn size(length: usize) -> Vec<u8> {
        (0x1000_0000 | length as u32).to_be_bytes().to_vec()
    }

    fn of(id: &[u8], body: &[u8]) -> Vec<u8> {
        [id, &size(body.len()), body].concat()
    }

    fn head(channels: u8) -> Vec<u8> {
        [b"OpusHead\x01".as_slice(), &[channels], b"\x38\x01\x80\xbb\0\0\0\0\0"].concat()
    }

    /// As Chromium writes while it records: segment and clusters end when something else begins.
    fn recorded(channels: u8, packets: usize) -> Vec<u8> {
        let unknown = [0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
        let track = of(
            &[0xAE],
            &[of(&[0xD7], &[1]), of(&[0x86], b"A_OPUS"), of(&[0x63, 0xA2], &head(channels))].concat(),
        );
        let mut all = of(&[0x1A, 0x45, 0xDF, 0xA3], &of(&[0x42, 0x82], b"webm"));
        all.extend([&[0x18, 0x53, 0x80, 0x67], unknown.as_slice()].concat());
        all.extend(of(&[0x16, 0x54, 0xAE, 0x6B], &track));
        for part in 0..packets {
            if part % 50 == 0 {
                all.extend([&[0x1F, 0x43, 0xB6, 0x75], unknown.as_slice()].concat());
                all.extend(of(&[0xE7], &[0]));
            }
            let loud = if part % 100 < 50 { 20 } else { 200 };
            let packet = [vec![0x81, 0, 0, 0x80, TWENTY], vec![7; loud]].concat();
            all.extend(of(&[0xA3], &packet));
        }
        all
    }

    #[test]
    fn a_recording_keeps_its_length_and_its_packets() {
        let ogg = to_ogg(&recorded(1, 400)).unwrap();
        let voice = voice::read(&ogg).unwrap();
        // Eight seconds less what is not played of the beginning.
        assert_eq!(voice.millis, (8_000 * 48 - 312) / 48);
        let mut reader = ogg::PacketReader::new(std::io::Cursor::new(ogg.to_vec()));
        let all: Vec<_> = std::iter::from_fn(|| reader.read_packet().unwrap()).collect();
        assert_eq!(all.len(), 402);
        assert_eq!(all[0].data, head(1));
        assert_eq!(all[2].data, [vec![TWENTY], vec![7; 20]].concat());
        assert_eq!(all[401].absgp_page(), 400 * 960);
    }

    #[test]
    fn what_whatsapp_would_not_play_is_refused() {
        let whole = recorded(1, 60);
        assert!(to_ogg(&whole).is_some());
        assert_eq!(to_ogg(&recorded(2, 60)), None, "two channels");
        assert_eq!(to_ogg(&recorded(1, 0)), None, "nothing was said");
        assert_eq!(to_ogg(b""), None);
        assert_eq!(to_ogg(b"OggS\0\x02"), None);
        for cut in [1, 5, 30, whole.len() / 2, whole.len() - 1] {
            // A cut may fall between two blocks: then it is a shorter recording, and no panic either way.
            let _ = to_ogg(&whole[..cut]);
        }
        assert_eq!(to_ogg(&whole[..whole.len() - 1]), None);
    }

    #[test]
    fn the_length_of_a_packet_is_in_its_first_bytes() {
        for (packet, length) in [
            (&[0b0000_0000][..], Some(480)),
            (&[0b0001_1000], Some(2_880)),
            (&[0b1000_0000], Some(120)),
            (&[0b1111_1000], Some(960)),
            (&[0b0000_1001], Some(1_920)),
            (&[0b0000_1011, 3], Some(2_880)),
            (&[0b0000_1011, 0], None),
            (&[0b0001_1011, 63], None),
            (&[0b0000_1011], None),
            (&[], None),
        ] {
            assert_eq!(samples(packet), length, "{packet:?}");
        }
    }
}
