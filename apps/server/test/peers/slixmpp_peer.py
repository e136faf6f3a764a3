"""A client on slixmpp: signs in, says something, hears something, reads the archive. Prints JSON lines."""
import asyncio
import json
import sys

import slixmpp

jid, password, port, certificate, other = sys.argv[1:6]


def tell(event, **what):
    print(json.dumps({"event": event, **what}), flush=True)


class Peer(slixmpp.ClientXMPP):
    def __init__(self):
        super().__init__(jid, password)
        for plugin in ("xep_0030", "xep_0059", "xep_0198", "xep_0199", "xep_0280", "xep_0313"):
            self.register_plugin(plugin)
        self.ca_certs = certificate
        self.heard = asyncio.Event()
        self.add_event_handler("session_start", self.start)
        self.add_event_handler("message", self.message)
        self.add_event_handler("changed_status", self.presence)

    def message(self, stanza):
        tell("message", sender=str(stanza["from"].bare), body=stanza["body"])
        self.heard.set()

    def presence(self, stanza):
        tell("presence", sender=str(stanza["from"].bare))

    async def start(self, _):
        self.send_presence()
        self.send_presence_subscription(pto=other)
        await self.get_roster()
        tell("online")
        self.send_message(mto=other, mbody="from slixmpp", mtype="chat")
        await asyncio.wait_for(self.heard.wait(), 20)
        found = await self["xep_0313"].retrieve(rsm={"max": 10})
        bodies = [result["mam_result"]["forwarded"]["stanza"]["body"] for result in found["mam"]["results"]]
        tell("archive", bodies=bodies)
        await self["xep_0199"].ping(self.boundjid.domain)
        tell("done")
        self.disconnect()


peer = Peer()
peer.connect(("127.0.0.1", int(port)), use_ssl=False, force_starttls=True)
peer.process(forever=False)
