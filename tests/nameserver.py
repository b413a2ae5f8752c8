"""A DNS server for tests: it answers CNAME queries from a dictionary, over UDP on the loopback interface."""

import socket
import threading

import dns.flags
import dns.message
import dns.rcode
import dns.rrset


class NameServer:
    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        """Without dots at their ends."""
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                asked, sender = self._socket.recvfrom(4096)
                self._socket.sendto(self._answer(dns.message.from_wire(asked)).to_wire(), sender)
            except OSError:
                return

    def _answer(self, query: dns.message.Message) -> dns.message.Message:
        response = dns.message.make_response(query)
        response.flags |= dns.flags.AA | dns.flags.RA
        name = query.question[0].name.to_text(omit_final_dot=True).lower()
        if name in self.names:
            response.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", "CNAME", f"{self.names[name]}."))
        else:
            response.set_rcode(dns.rcode.NXDOMAIN)
        return response
