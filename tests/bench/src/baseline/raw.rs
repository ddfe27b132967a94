//! The baseline of `fanout`: one `write()` of a ready frame per socket, and nothing else.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
};

use anyhow::{Context, Result};

/// Accepts `sockets` connections after one for orders. An order is `<bursts> <bytes>\n`: so many
/// times a frame of so many bytes is written to every socket; each burst waits for one byte of the
/// orderer's, and the end of all is answered with one byte.
pub(crate) fn serve(sockets: usize) -> Result<()> {
    let listener = TcpListener::bind(std::env::var("BENCH_LISTEN").context("BENCH_LISTEN")?)?;
    let mut orders = loop {
        let (mut first, _) = listener.accept()?;
        let mut start = [0; 4];
        first.read_exact(&mut start)?;
        if &start == b"ordr" {
            break BufReader::new(first);
        }
        // A look whether we are there.
        first.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")?;
    };
    let mut all: Vec<TcpStream> = Vec::with_capacity(sockets);
    for _ in 0..sockets {
        let (socket, _) = listener.accept()?;
        socket.set_nodelay(true)?;
        all.push(socket);
    }
    let mut line = String::new();
    while orders.read_line(&mut line)? > 0 {
        let mut words = line.split_whitespace().map(str::parse::<usize>);
        let (bursts, bytes) = (words.next().context("bursts")??, words.next().context("bytes")??);
        let frame = vec![b'x'; bytes];
        let mut go = [0; 1];
        for _ in 0..bursts {
            orders.read_exact(&mut go)?;
            for socket in &mut all {
                socket.write_all(&frame)?;
            }
        }
        orders.get_mut().write_all(b".")?;
        line.clear();
    }
    Ok(())
}
