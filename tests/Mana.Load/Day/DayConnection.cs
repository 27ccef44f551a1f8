using System.Diagnostics;
using System.Text.Json;
using Mana.Devices;
using Mana.Load.Live;

namespace Mana.Load.Day;

/// <summary>What keeps an open app informed: a WebSocket that tells which app has news, or a stream that brings them. That it could not be opened or ended by itself is an error.</summary>
internal sealed class DayConnection : IAsyncDisposable
{
    const string SocketPath = "/ws";
    const string StreamPath = "/sync/stream";
    readonly CancellationTokenSource _leaving = new();
    readonly DayTally _tally;
    LiveSocket? _socket;
    EventStream? _stream;
    Task _reading = Task.CompletedTask;

    DayConnection(DayTally tally) => _tally = tally;

    public bool IsOpen => _socket is { IsOpen: true } || (_stream is not null && !_reading.IsCompleted);

    /// <summary>A connection that is open, or one that never will be and was counted as an error.</summary>
    /// <param name="onNews">Gets the app. Not called before the connection is open.</param>
    public static async Task<DayConnection> OpenAsync(LoadOptions options, Account account, string clientId, bool streams, DayTally tally, Action<string> onNews)
    {
        var opened = new DayConnection(tally);
        var sent = Stopwatch.GetTimestamp();
        try
        {
            if (streams)
            {
                var apps = string.Join(',', DayHabits.Apps.Select(app => app.App));
                opened._stream = await EventStream.OpenAsync(account.Http, $"{StreamPath}?apps={apps}", account.AccessToken, clientId, null, CancellationToken.None);
                opened._reading = opened.ReadAsync(onNews);
            }
            else
                opened._socket = await LiveSocket.OpenAsync(new Uri(options.Url), SocketPath, account.AccessToken, clientId, hint => onNews(hint.AppId));
            tally.Took(Name(streams), sent);
            tally.Connected(true);
        }
        catch (Exception failure) when (failure is IOException or HttpRequestException or TaskCanceledException)
        {
            tally.Fail(Name(streams), failure.Message);
        }

        return opened;
    }

    public async ValueTask DisposeAsync()
    {
        if (_socket is { } socket)
        {
            if (!socket.IsOpen)
                _tally.Fail(Name(false), "ended by itself: " + socket.Ended);
            await socket.CloseAsync();
            await socket.DisposeAsync();
        }

        if (_socket is not null || _stream is not null)
            _tally.Connected(false);
        await _leaving.CancelAsync();
        await _reading;
        _stream?.Dispose();
        _leaving.Dispose();
    }

    static string Name(bool streams) => streams ? $"GET {StreamPath} (open)" : $"GET {SocketPath} (open)";

    async Task ReadAsync(Action<string> onNews)
    {
        try
        {
            while (await _stream!.ReadAsync(_leaving.Token) is { Name: not "closed" } heard)
                if (heard.Name == "changes")
                {
                    using var json = JsonDocument.Parse(heard.Data);
                    onNews(json.RootElement.GetProperty("appId").GetString()!);
                }

            _tally.Fail(Name(true), "ended by itself");
        }
        catch (OperationCanceledException)
        {
            // The app is put down.
        }
        catch (Exception broken) when (broken is IOException or HttpRequestException or JsonException)
        {
            _tally.Fail(Name(true), broken.Message);
        }
    }
}
