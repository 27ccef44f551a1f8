using System.Diagnostics;
using System.Net;
using System.Text;
using Mana.Devices;

namespace Mana.EndToEnd.Tests.Crashes;

/// <summary>
/// Plays a script as its devices would: one push after the other on each, all devices at once, and every push that was not acknowledged
/// again until it is. Now and then an answer gets lost on the way to the device, so that some of these were stored long ago.
/// </summary>
internal sealed class StubbornDevices(Account person)
{
    /// <summary>Every so many answers one is lost.</summary>
    public const int LostAnswers = 25;

    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);
    int _acknowledged;
    int _failures;
    int _duplicates;

    public int Acknowledged => Volatile.Read(ref _acknowledged);

    /// <summary>Tries that a crash has spoiled.</summary>
    public int Failures => Volatile.Read(ref _failures);

    /// <summary>Pushes that had been stored by an earlier try although the device was not told.</summary>
    public int Duplicates => Volatile.Read(ref _duplicates);

    public Task PlayAsync(IReadOnlyList<ScriptedPush> script) =>
        Task.WhenAll(script.GroupBy(push => push.ClientId).Select(device => Task.Run(() => DeviceAsync([.. device]))));

    async Task DeviceAsync(List<ScriptedPush> pushes)
    {
        for (var number = 0; number < pushes.Count; number++)
        {
            if (number % LostAnswers == 0)
                await UntilAnsweredAsync(pushes[number]);
            await UntilAnsweredAsync(pushes[number]);
            Interlocked.Increment(ref _acknowledged);
        }
    }

    async Task UntilAnsweredAsync(ScriptedPush push)
    {
        var start = Stopwatch.GetTimestamp();
        while (!await TryAsync(push))
        {
            Interlocked.Increment(ref _failures);
            Assert.True(Stopwatch.GetElapsedTime(start) < Limit, $"A push was not acknowledged within {Limit}.");
            await Task.Delay(Pause);
        }
    }

    async Task<bool> TryAsync(ScriptedPush push)
    {
        try
        {
            using var content = new StringContent(push.Body, Encoding.UTF8, "application/json");
            using var answer = await person.Http.PostAsync(new Uri("/sync/todo", UriKind.Relative), content);
            var text = await answer.Content.ReadAsStringAsync();
            if (answer.StatusCode >= HttpStatusCode.InternalServerError)
                return false;
            Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{answer.StatusCode}: {text}");
            if (text.Contains("\"duplicate\"", StringComparison.Ordinal))
                Interlocked.Increment(ref _duplicates);
            return true;
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return false;
        }
    }
}
