using System.Diagnostics;
using Mana.Devices;

namespace Mana.Load.Live;

/// <summary>Many idle sockets of many people, opened a few at a time.</summary>
internal sealed class SocketPool : IAsyncDisposable
{
    /// <summary>Connections that the host allows a user (sync.md 9.5).</summary>
    const int PerUser = 50;
    const int GiveUpAfter = 100;
    readonly List<LiveSocket> _sockets = [];

    public int Open => _sockets.Count(socket => socket.IsOpen);

    public int Pings => _sockets.Sum(socket => socket.Pings);

    public string? FirstEnd => _sockets.Find(socket => socket.Ended is not null)?.Ended;

    /// <summary>Adds <paramref name="count"/> sockets; the latencies are from connect to <c>auth-ok</c>.</summary>
    public async Task FillAsync(LoadOptions options, List<Account> accounts, int count, Worker worker)
    {
        if (count > accounts.Count * PerUser)
            throw new LoadProblem($"{count:n0} sockets of {accounts.Count} users would be more than the {PerUser} that a user may have. Give more --users.");
        var server = new Uri(options.Url);
        await Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = options.Parallel }, async (i, _) =>
        {
            var start = Stopwatch.GetTimestamp();
            try
            {
                var socket = await LiveSocket.OpenAsync(server, "/ws", accounts[i % accounts.Count].AccessToken, $"idle-{i}");
                lock (_sockets)
                {
                    worker.Latencies.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                    _sockets.Add(socket);
                }
            }
            catch (IOException failure)
            {
                lock (_sockets)
                    worker.Fail(failure.Message);
                if (worker.Errors > GiveUpAfter)
                    throw new LoadProblem($"{_sockets.Count:n0} sockets opened, {worker.Errors} failed. The first: {worker.FirstFailure}");
            }
        });
    }

    public async ValueTask DisposeAsync()
    {
        await Parallel.ForEachAsync(_sockets, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (socket, _) =>
        {
            await socket.CloseAsync();
            await socket.DisposeAsync();
        });
        _sockets.Clear();
    }
}
