"""An SMTP server on loopback that does what a recipient's name says. Speaks to its parent in lines of JSON; ends when its input does."""
import argparse
import asyncio
import email
import email.policy
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

FOREVER = 3600


def tell(kind, **facts):
    print(json.dumps({"event": kind, **facts}), flush=True)


class Handler:
    def __init__(self):
        self.tries = {}

    async def handle_MAIL(self, server, session, envelope, address, options):
        if address.startswith("banned"):
            return "550 5.7.1 <%s> may not send here" % address
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        name = address.split("@")[0]
        tries = self.tries[address] = self.tries.get(address, 0) + 1
        tell("recipient", to=address)
        if name.startswith("unknown"):
            return "550 5.1.1 <%s>: nobody has this address" % address
        if name.startswith("plain550"):
            return "550 No such user <%s> here" % address
        if name.startswith("policy"):
            return "550 5.7.1 <%s>: we have not heard of you" % address
        if name.startswith("full"):
            return "452 4.2.2 <%s>: mailbox full" % address
        if name.startswith("later-") and tries <= int(name.split("-")[1]):
            return "451 4.3.0 <%s>: come back later" % address
        if name.startswith("slow"):
            await asyncio.sleep(FOREVER)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        text, html = message.get_body(("plain",)), message.get_body(("html",))
        tell(
            "mail",
            sender=envelope.mail_from,
            recipients=envelope.rcpt_tos,
            headers=[[name, str(value)] for name, value in message.items()],
            raw=envelope.content.decode("latin-1"),
            options=envelope.mail_options,
            types=[part.get_content_type() for part in message.walk()],
            text=text and text.get_content(),
            html=html and html.get_content(),
            tls=session.ssl is not None,
            user=session.auth_data if isinstance(session.auth_data, str) else None,
        )
        if envelope.rcpt_tos[0].startswith("spam"):
            return "554 5.6.0 this is not wanted here"
        if envelope.rcpt_tos[0].startswith("silent"):
            await asyncio.sleep(FOREVER)
        return "250 OK"


class Server(SMTP):
    async def auth_login(self, server, args):
        """System.Net.Mail writes the mechanism in lower case, which RFC 4954 allows and aiosmtpd does not know."""
        return await self.auth_LOGIN(server, args)


def authenticator(wanted):
    def check(server, session, envelope, mechanism, data):
        user, password = data.login.decode(), data.password.decode()
        tell("sign-in", user=user, tls=session.ssl is not None)
        good = "%s:%s" % (user, password) == wanted
        return AuthResult(success=good, handled=False, auth_data=user if good else None)

    return check


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--user", help="name:password; nobody else may send")
    parser.add_argument("--certificate", help="PEM of key and certificate; STARTTLS is offered and required")
    options = parser.parse_args()

    settings = {}
    if options.certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.certificate)
        settings.update(tls_context=context, require_starttls=True)
    if options.user:
        settings.update(authenticator=authenticator(options.user), auth_required=True, auth_require_tls=bool(options.certificate))

    handler, loop = Handler(), asyncio.get_running_loop()
    server = await loop.create_server(lambda: Server(handler, enable_SMTPUTF8=True, hostname="mail.test", **settings), "127.0.0.1", options.port)
    tell("listening", port=server.sockets[0].getsockname()[1])

    # What was told before an echo has been read when the echo is.
    commands = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    while line := await commands.readline():
        tell("echo", text=line.decode().strip())


asyncio.run(main())
