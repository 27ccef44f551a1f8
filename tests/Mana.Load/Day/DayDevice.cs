using System.Diagnostics;
using System.Threading.Channels;
using Mana.Devices;
using Mana.Load.Delivery;

namespace Mana.Load.Day;

/// <summary>A device that is taken up and put down: in between it is connected, does what is planned, and pulls what it is told about.</summary>
internal sealed class DayDevice : IDisposable
{
    readonly LoadOptions _options;
    readonly IReadOnlyList<DaySession> _sessions;
    readonly Random _random;
    readonly string _clientId;
    readonly int _person;
    readonly bool _streams;
    readonly Channel<string> _hints = Channel.CreateUnbounded<string>();
    readonly Dictionary<string, HintMark> _marks = DayHabits.Apps.ToDictionary(app => app.App, _ => new HintMark(), StringComparer.Ordinal);
    Task<bool>? _hinted;
    DayConnection? _connection;

    public DayDevice(LoadOptions options, Account account, string clientId, int person, bool streams, IReadOnlyList<DaySession> sessions, int seed)
    {
        (_options, Account, _clientId, _person, _streams, _sessions, _random) = (options, account, clientId, person, streams, sessions, new Random(seed));
        Syncs = DayHabits.Apps.ToDictionary(app => app.App, app => new SyncDevice(account.Http, account, clientId, seed, remembers: true, app.App, app.Table), StringComparer.Ordinal);
    }

    public Account Account { get; }

    public IReadOnlyDictionary<string, SyncDevice> Syncs { get; }

    /// <summary>The other devices of the person.</summary>
    public IReadOnlyList<DayDevice> Others { get; set; } = [];

    /// <summary>Requests that are known beforehand: one to refresh, one to connect, and what is done. Pulls after hints come on top.</summary>
    public int Planned => _sessions.Sum(session => session.Actions.Count + 2);

    public int HintsMissed => _marks.Values.Sum(mark => mark.Missed);

    public async Task LiveAsync(DayClock clock, DayTally tally, DayActions actions)
    {
        foreach (var session in _sessions)
        {
            await Pace.UntilAsync(clock.Due(session.From));
            tally.Begin(clock.Due(session.From));
            // Before anything else: the token may have ended meanwhile.
            await ActAsync(DayAction.Refresh, tally, actions);
            await using (_connection = await ConnectAsync(tally))
            {
                foreach (var (hour, action) in session.Actions)
                {
                    await PullHintsUntilAsync(clock.Due(hour), tally);
                    tally.Begin(clock.Due(hour));
                    await ActAsync(action, tally, actions);
                }

                await PullHintsUntilAsync(clock.Due(session.To), tally);
            }

            _connection = null;
        }
    }

    /// <summary>Reads everything, in both ways of each app.</summary>
    public async Task DrainAsync(Worker worker)
    {
        try
        {
            await Account.RefreshAsync();
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException)
        {
            worker.Fail("refresh after the day: " + failure.Message);
        }

        foreach (var sync in Syncs.Values)
            await sync.DrainAsync(worker);
    }

    public void Dispose() => Account.Http.Dispose();

    async Task<DayConnection> ConnectAsync(DayTally tally)
    {
        foreach (var mark in _marks.Values)
            mark.Clear();
        return await DayConnection.OpenAsync(_options, Account, _clientId, _streams, tally, app =>
        {
            if (!_marks.TryGetValue(app, out var mark))
                return;
            if (mark.Take() is var sent and > 0)
                tally.Took(_streams ? "changes on the stream" : "hint on the socket", sent, isRequest: false);
            // A stream brings the changes themselves.
            if (!_streams)
                _hints.Writer.TryWrite(app);
        });
    }

    /// <summary>Somebody else's device has sent a push: if this one is connected, it should hear of it.</summary>
    void Expect(string app, long sent)
    {
        if (_connection is { IsOpen: true })
            _marks[app].Set(sent);
    }

    async Task PullHintsUntilAsync(long due, DayTally tally)
    {
        while (Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due) is { Ticks: > 0 } left)
        {
            _hinted ??= _hints.Reader.WaitToReadAsync().AsTask();
            await Task.WhenAny(_hinted, Task.Delay(left < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : left));
            if (!_hinted.IsCompleted)
                continue;
            _hinted = null;
            var apps = new HashSet<string>(StringComparer.Ordinal);
            while (_hints.Reader.TryRead(out var app))
                apps.Add(app);
            foreach (var app in apps)
                await SyncAsync(tally, "GET /sync/{app}/pull", worker => Syncs[app].PullAsync(worker));
        }
    }

    Task ActAsync(DayAction action, DayTally tally, DayActions actions)
    {
        var (app, _) = DayHabits.Apps[_random.Next(DayHabits.Apps.Length)];
        return action switch
        {
            DayAction.Push => PushAsync(app, tally),
            DayAction.Pull => SyncAsync(tally, "GET /sync/{app}/pull", worker => Syncs[app].PullAsync(worker)),
            _ => actions.DoAsync(action, Account, _person, _random),
        };
    }

    Task PushAsync(string app, DayTally tally)
    {
        var sent = Stopwatch.GetTimestamp();
        foreach (var other in Others)
            other.Expect(app, sent);
        return SyncAsync(tally, "POST /sync/{app}", worker => Syncs[app].PushAsync(_random.Next(1, DayHabits.MostChanges + 1), DayHabits.Edits, worker));
    }

    static async Task SyncAsync(DayTally tally, string endpoint, Func<Worker, Task> syncAsync)
    {
        var (worker, sent) = (new Worker(), Stopwatch.GetTimestamp());
        await syncAsync(worker);
        tally.Take(endpoint, sent, worker);
    }
}
