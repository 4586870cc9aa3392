"""A name server on loopback, over UDP and TCP, that answers from a table and misbehaves on request."""

import socket
import socketserver
import struct
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

MISBEHAVIOURS = ("silence", "servfail", "refused", "garbage", "cut")


class NameServer:
    """``zone``: (name, type) to values as they stand in a zone file. ``faults``: name to one of ``MISBEHAVIOURS``.

    "cut": over UDP only the sign that it is too long, over TCP the whole.
    """

    def __init__(self) -> None:
        self.zone: dict[tuple[str, str], list[str]] = {("", "NS"): ["a.root-servers.test."]}
        self.faults: dict[str, str] = {}
        self.asked: Counter[tuple[str, str]] = Counter()
        self.over_tcp = 0
        self.host, self.port = "127.0.0.1", 0

    def txt(self, name: str, *texts: str) -> None:
        """Say these TXT records, each cut into strings of 255 octets."""
        self.zone[name, "TXT"] = [
            " ".join(f'"{text[at : at + 200]}"' for at in range(0, max(len(text), 1), 200)) for text in texts
        ]

    def put(self, name: str, kind: str, *values: str) -> None:
        self.zone[name, kind] = list(values)

    def answer(self, query: bytes, *, tcp: bool) -> bytes | None:
        asked = dns.message.from_wire(query)
        name = asked.question[0].name.to_text().removesuffix(".").lower()
        kind = dns.rdatatype.to_text(asked.question[0].rdtype)
        self.asked[name, kind] += 1
        fault = self.faults.get(name, self.faults.get("*", ""))
        reply = dns.message.make_response(asked)
        if fault == "silence":
            return None
        if fault == "garbage":
            return query[:2] + b"\xff" * 40
        if fault in ("servfail", "refused"):
            reply.set_rcode(dns.rcode.SERVFAIL if fault == "servfail" else dns.rcode.REFUSED)
            return reply.to_wire()
        if fault == "cut" and not tcp:
            reply.flags |= dns.flags.TC
            return reply.to_wire()
        values = self.zone.get((name, kind))
        if values:
            reply.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", kind, *values))
        elif not any(one == name for one, _ in self.zone):
            reply.set_rcode(dns.rcode.NXDOMAIN)
        return reply.to_wire(max_size=65535 if tcp else 4096)

    @contextmanager
    def serving(self) -> Iterator["NameServer"]:
        outer = self

        class Udp(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                said, line = self.request
                if (reply := outer.answer(said, tcp=False)) is not None:
                    line.sendto(reply, self.client_address)

        class Tcp(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                outer.over_tcp += 1
                (length,) = struct.unpack("!H", _exactly(self.request, 2))
                if (reply := outer.answer(_exactly(self.request, length), tcp=True)) is not None:
                    self.request.sendall(struct.pack("!H", len(reply)) + reply)

        udp, tcp = _same_port(self.host, Udp, Tcp)
        self.port = udp.server_address[1]
        udp.daemon_threads = tcp.daemon_threads = True
        threads = [threading.Thread(target=one.serve_forever, args=(0.05,)) for one in (udp, tcp)]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            for one in (udp, tcp):
                one.shutdown()
                one.server_close()
            for thread in threads:
                thread.join()


def _same_port(
    host: str, udp: type[socketserver.BaseRequestHandler], tcp: type[socketserver.BaseRequestHandler]
) -> tuple[socketserver.ThreadingUDPServer, socketserver.ThreadingTCPServer]:
    """Find a port that is free for both: one that is free for UDP may be taken for TCP."""
    while True:
        first = socketserver.ThreadingUDPServer((host, 0), udp)
        try:
            return first, socketserver.ThreadingTCPServer((host, first.server_address[1]), tcp)
        except OSError:
            first.server_close()


def _exactly(line: socket.socket, number: int) -> bytes:
    got = b""
    while len(got) < number:
        more = line.recv(number - len(got))
        if not more:
            raise ConnectionError
        got += more
    return got
