using System.Diagnostics;
using Mana.Load.Live;

namespace Mana.Load.Soak;

/// <summary>Sockets and streams that come and go: some say goodbye, some just vanish, and all come back.</summary>
internal static class SoakConnections
{
    static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(2);

    public static async Task KeepSocketAsync(LoadOptions options, SoakPerson person, int number, SoakTally tally, CancellationToken stop)
    {
        var (random, clientId) = (new Random(5000 + number), $"socket-{number}");
        while (!stop.IsCancellationRequested)
            await OnceAsync(async () =>
            {
                await using var socket = await LiveSocket.OpenAsync(new Uri(options.Url), number % 4 == 3 ? "/ws/todo" : "/ws", person.Account.AccessToken, clientId, _ => tally.Hinted());
                tally.SocketOpened(true);
                await StayAsync(socket, person, clientId, Stay(random), stop);
                tally.SocketOpened(false);
                if (!socket.IsOpen)
                    throw new IOException("A socket ended by itself: " + socket.Ended);
                if (stop.IsCancellationRequested || random.Next(2) == 0)
                    await socket.CloseAsync();
            }, tally, stop);
    }

    public static async Task KeepStreamAsync(LoadOptions options, SoakPerson person, int number, SoakTally tally, CancellationToken stop)
    {
        var random = new Random(7000 + number);
        var path = number % 2 == 0 ? "/sync/todo/stream?collections=tasks" : "/sync/stream?apps=todo,calendar";
        using var http = new HttpClient { BaseAddress = new Uri(options.Url), Timeout = Timeout.InfiniteTimeSpan };
        var lastEventId = (string?)null;
        while (!stop.IsCancellationRequested)
            await OnceAsync(async () =>
            {
                using var leaving = CancellationTokenSource.CreateLinkedTokenSource(stop);
                leaving.CancelAfter(Stay(random));
                using var stream = await EventStream.OpenAsync(http, path, person.Account.AccessToken, $"stream-{number}", lastEventId, stop);
                tally.StreamOpened(true);
                try
                {
                    while (true)
                    {
                        if (await stream.ReadAsync(leaving.Token) is not { Name: not "closed" } heard)
                            throw new IOException("A stream ended by itself.");
                        lastEventId = heard.Id ?? lastEventId;
                        if (heard.Name == "changes")
                            tally.Delivered(EventStream.Changes(heard.Data));
                    }
                }
                finally
                {
                    tally.StreamOpened(false);
                }
            }, tally, stop);
    }

    static async Task OnceAsync(Func<Task> connected, SoakTally tally, CancellationToken stop)
    {
        try
        {
            await connected();
        }
        catch (OperationCanceledException)
        {
            // Time to leave, for now or for good.
        }
        catch (Exception failure) when (failure is IOException or HttpRequestException)
        {
            tally.Fail(failure.Message);
            await Task.Delay(AfterFailure, CancellationToken.None);
        }

        if (!stop.IsCancellationRequested)
            tally.Reconnected();
    }

    /// <summary>A renewed session extends the connection: the host would close it when the old token expires.</summary>
    static async Task StayAsync(LiveSocket socket, SoakPerson person, string clientId, TimeSpan time, CancellationToken stop)
    {
        var (token, start) = (person.Account.AccessToken, Stopwatch.GetTimestamp());
        while (socket.IsOpen && !stop.IsCancellationRequested && Stopwatch.GetElapsedTime(start) < time)
        {
            if (token != person.Account.AccessToken)
                await socket.AuthenticateAsync(token = person.Account.AccessToken, clientId);
            await Task.Delay(TimeSpan.FromMilliseconds(200), CancellationToken.None);
        }
    }

    /// <summary>One to five minutes.</summary>
    static TimeSpan Stay(Random random) => TimeSpan.FromSeconds(60 + (random.NextDouble() * 240));
}
