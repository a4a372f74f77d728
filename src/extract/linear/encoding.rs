//! How numbers are written to the file of the weights, and read from it.

/// Writes a length as four bytes.
pub(in crate::extract) fn put_len(out: &mut Vec<u8>, len: usize) {
    out.extend_from_slice(&u32::try_from(len).unwrap_or(u32::MAX).to_le_bytes());
}

/// Reads a length of four bytes.
pub(in crate::extract) fn take_len(bytes: &mut &[u8]) -> Option<usize> {
    take(bytes).map(u32::from_le_bytes).and_then(|n| usize::try_from(n).ok())
}

/// Writes a number in groups of seven bits, the lowest first, all but the last marked by the eighth.
pub(super) fn put_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push((number & 0x7F) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Reads what [`put_number`] wrote.
pub(super) fn take_number(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let [byte] = take::<1>(bytes)?;
        number |= u64::from(byte & 0x7F) << shift;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

/// A signed weight as a number that is small where the weight is.
pub(super) fn zigzag(weight: i16) -> u64 {
    u64::from((weight << 1 ^ weight >> 15).cast_unsigned())
}

pub(super) fn unzigzag(number: u64) -> Option<i16> {
    let number = u16::try_from(number).ok()?;
    Some((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
}

/// Takes `N` bytes from the front.
pub(in crate::extract) fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (head, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(*head)
}
