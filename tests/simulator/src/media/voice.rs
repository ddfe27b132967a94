//! Voice messages that a player plays: silence in Opus, in packets as large as speech would be.
//!
//! Source: RFC 3533 (Ogg), RFC 6716 section 3 (packets with padding), RFC 7845 (Opus in Ogg).

use crate::random::Random;

/// Packets in a second: 20 ms each.
const PER_SECOND: u64 = 50;
/// Samples in a packet, at the rate Opus counts in.
const SAMPLES: u64 = 960;
/// Samples at the beginning that are not played.
const SKIPPED: u16 = 312;

/// A recording of some seconds in which words and pauses change.
pub(super) fn recording(seed: u64) -> Vec<u8> {
    let mut random = Random::new(seed);
    let seconds = 4 + random.next() % 9;
    let mut head = b"OpusHead\x01\x01".to_vec();
    head.extend(SKIPPED.to_le_bytes());
    head.extend(16_000_u32.to_le_bytes());
    head.extend([0, 0, 0]);
    let mut tags = b"OpusTags".to_vec();
    tags.extend(9_u32.to_le_bytes());
    tags.extend(b"simulator\0\0\0\0");
    let mut stream = page(2, 0, 0, &[head]);
    stream.extend(page(0, 0, 1, &[tags]));
    let mut loudness = 0;
    for second in 0..seconds {
        let packets: Vec<Vec<u8>> = (0..PER_SECOND)
            .map(|n| {
                if n % 10 == 0 {
                    loudness = random.next() % 5 * 18;
                }
                packet(usize::try_from(loudness + random.next() % 12).unwrap_or(0))
            })
            .collect();
        let kind = if second + 1 == seconds { 4 } else { 0 };
        let end = u64::from(SKIPPED) + (second + 1) * PER_SECOND * SAMPLES;
        stream.extend(page(kind, end, u32::try_from(second).unwrap_or(0) + 2, &packets));
    }
    stream
}

/// One frame of silence with this much padding, less than 255 bytes.
fn packet(padding: usize) -> Vec<u8> {
    // Twenty milliseconds of one channel, any number of frames: one, padded.
    let mut packet = vec![0xFB, 0x41, u8::try_from(padding).unwrap_or(0), 0xFF, 0xFE];
    packet.resize(packet.len() + padding, 0);
    packet
}

/// A page of packets that are shorter than 255 bytes.
fn page(kind: u8, end: u64, number: u32, packets: &[Vec<u8>]) -> Vec<u8> {
    let mut page = b"OggS\0".to_vec();
    page.push(kind);
    page.extend(end.to_le_bytes());
    page.extend(1_u32.to_le_bytes());
    page.extend(number.to_le_bytes());
    page.extend([0; 4]);
    page.push(u8::try_from(packets.len()).unwrap_or(0));
    page.extend(packets.iter().map(|packet| u8::try_from(packet.len()).unwrap_or(0)));
    page.extend(packets.concat());
    let sum = checksum(&page).to_le_bytes();
    if let Some(place) = page.get_mut(22..26) {
        place.copy_from_slice(&sum);
    }
    page
}

fn checksum(page: &[u8]) -> u32 {
    page.iter().fold(0_u32, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte) << 24, |sum, _| {
            if sum >> 31 == 1 { sum << 1 ^ 0x04C1_1DB7 } else { sum << 1 }
        })
    })
}
