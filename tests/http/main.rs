//! The HTTP service, tested from outside: the real program, a real socket, bytes on the wire.

mod administration;
mod client;
mod command;
mod conformance;
mod entities;
mod faults;
mod graphs;
mod manifest;
mod named;
mod protocol;
mod remote;
mod results;
mod suites;
mod writers;
