"""An HTTP/1.1 server core (RFC 9110, RFC 9112): asyncio, httptools, and uvloop where it is installed.

An application is ``async def app(request: Request) -> Response``. ``servers`` says how one is served. HTTP/2 will be a
second protocol beside ``connections``, chosen by ALPN in ``servers``.
"""
