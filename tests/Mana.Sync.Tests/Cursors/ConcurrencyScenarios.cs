using System.Globalization;
using Mana.Testing;

namespace Mana.Sync.Tests.Cursors;

/// <summary>sync.md 24.4, 65, and 66 for it: eight writers and readers that never stop.</summary>
public sealed class ConcurrencyScenarios(SyncFixture fixture) : IClassFixture<SyncFixture>
{
    const int Writers = 8;
    const int ChangesEach = 500;

    [Fact]
    public async Task Scenario_24_4_65_no_change_is_lost_to_a_reader_that_never_stops()
    {
        for (var seed = 1; seed <= 20; seed++)
            await RunAsync(fixture.Host, seed);
    }

    [Fact]
    public async Task Scenario_24_4_66_nor_when_the_clock_of_the_application_is_a_minute_ahead()
    {
        await using var host = await new TestHost(fixture.Database).With(new FakeClock(TimeProvider.System.GetUtcNow().AddSeconds(60))).StartAsync();
        for (var seed = 101; seed <= 103; seed++)
            await RunAsync(host, seed);
    }

    async Task RunAsync(TestHost host, int seed)
    {
        var person = await fixture.PersonAsync(host);
        using var done = new CancellationTokenSource();
        var readers = new[] { ReadAsync(person.As("reader-1"), CursorKind.Opaque, done.Token), ReadAsync(person.As("reader-2"), CursorKind.Timestamp, done.Token) };

        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => WriteAsync(person.As($"w{writer}"), writer, new Random((seed * 100) + writer))));
        await done.CancelAsync();

        var expected = Enumerable.Range(0, Writers * ChangesEach).Select(i => i.ToString(CultureInfo.InvariantCulture)).Order(StringComparer.Ordinal).ToList();
        foreach (var reader in readers)
        {
            var received = await reader;
            Assert.True(expected.SequenceEqual(received.Order(StringComparer.Ordinal)), $"seed {seed}: {expected.Except(received).Count()} of {expected.Count} lost, {received.Count} received");
        }
    }

    static async Task WriteAsync(SyncClient device, int writer, Random random)
    {
        for (var next = 0; next < ChangesEach;)
        {
            var (first, count) = ((writer * ChangesEach) + next, Math.Min(random.Next(5, 60), ChangesEach - next));
            await device.StoreAsync(Change.Many(count, i => Change.Update((first + i).ToString(CultureInfo.InvariantCulture), "v", "1", 1)));
            next += count;
        }
    }

    /// <summary>Pulls until the writers are done, then once more to the end. Every row comes exactly once, because cursors never go back.</summary>
    static async Task<List<string>> ReadAsync(SyncClient reader, CursorKind kind, CancellationToken done)
    {
        var answer = (await reader.PullAsync()).Ok();
        var received = answer.Ids.ToList();
        bool last;
        do
        {
            last = done.IsCancellationRequested;
            do
            {
                answer = (await reader.PullAfterAsync(answer, kind)).Ok();
                received.AddRange(answer.Ids);
            }
            while (answer.HasMore);
        }
        while (!last);
        return received;
    }
}
