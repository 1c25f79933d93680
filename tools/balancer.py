"""A load balancer for connections, in a thread: each goes to the next server that takes it."""

import asyncio
import contextlib
import threading


class Balancer:
    """On a port of this machine, before servers on others of its ports."""

    def __init__(self, port: int, servers: list[int]):
        self.port, self.servers = port, list(servers)
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.ready = threading.Event()

    def __enter__(self):
        self.thread.start()
        self.ready.wait()
        return self

    def __exit__(self, *_):
        asyncio.run_coroutine_threadsafe(self._stop(), self.loop)
        self.thread.join()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(asyncio.start_server(self._serve, '127.0.0.1', self.port))
        self.ready.set()
        self.loop.run_forever()

    async def _stop(self) -> None:
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.loop.stop()

    async def _serve(self, reader, writer) -> None:
        for _server in self.servers:
            self.servers.append(self.servers.pop(0))
            with contextlib.suppress(OSError):
                there, back = await asyncio.open_connection('127.0.0.1', self.servers[0])
                await asyncio.gather(_pass(reader, back), _pass(there, writer))
                return
        writer.close()


async def _pass(reader, writer) -> None:
    """All that comes, until it ends on either side."""
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    with contextlib.suppress(OSError):
        writer.close()
