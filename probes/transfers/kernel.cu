// Transfers: how fast bytes move between the memories of host and device, against the size of the copy.
//
// Mechanism. A copy engine of the GPU moves bytes over the link to the host by itself, one engine per
// direction. It can do so only from and to memory that the operating system will not move: pinned memory.
// A copy from or to pageable memory goes by way of a pinned buffer of the driver's, piece by piece, with a
// core of the host copying between the two. A copy within device memory reads and writes DRAM. A copy between
// two GPUs goes over NVLink, or over PCI Express where there is none.
//
// Every copy has a cost of its own besides its bytes, so that small ones reach a fraction of the bandwidth.
//
// What can fool it. Copies of pinned memory are timed between events on the device, many in a row while they
// are short; those of pageable memory by the host's clock until the bytes are there, as the host itself does
// part of the work. Pages that were never written are not there yet: all buffers are written first. The
// memory of another socket of the host is farther away: nothing here chooses the socket. An idle link is slow
// and wakes with the first copies. Published: 12.4 of 15.8 GB/s on V100, 26 of 31.5 on A100, 55.6 of 63 over
// PCI Express 5.0; from pageable memory a third to nearly all of that, as the host can.
//
// The copies are the host's; there is no kernel.
