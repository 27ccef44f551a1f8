using System.Text.Json.Nodes;

namespace Mana.Sync.Tests.Pull;

/// <summary>Whoever asks for much and does not read it costs the service memory, within bounds, and never a connection of the database.</summary>
public sealed class SlowReaderScenarios(SyncFixture fixture) : IClassFixture<SyncFixture>
{
    /// <summary>More than the pool has connections (20 in tests).</summary>
    const int Idlers = 24;
    const int Rows = 1000;

    [Theory]
    [InlineData("")]
    [InlineData("&view=state")]
    public async Task Readers_that_do_not_read_do_not_keep_others_from_the_database(string view)
    {
        var (a, other) = (await fixture.PersonAsync(), await fixture.PersonAsync());
        var text = new string('x', 4000);
        await a.StoreAsync(Change.Many(Rows, i => Change.Insert("t" + i, text)));

        var idle = await Task.WhenAll(Enumerable.Range(0, Idlers).Select(i => AskAsync(a, i, view)));
        (await other.StoreAsync(Change.Insert("t1")).WaitAsync(TimeSpan.FromSeconds(10))).Ok();

        // What they get when they read at last is whole, and goes on where it ends.
        foreach (var response in idle.Take(2).Append(idle[^1]))
        {
            var page = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
            var seen = Ids(page);
            Assert.InRange(seen.Count, 1, Rows - 1);
            while ((bool?)page["hasMore"] == true)
            {
                page = (await a.GetAsync($"collection=tasks{view}&cursor={page["cursor"]}")).Ok().Body;
                seen.AddRange(Ids(page));
            }

            Assert.Equal(Rows, seen.Count);
            Assert.Equal(Rows, seen.Distinct(StringComparer.Ordinal).Count());
        }

        foreach (var response in idle)
            response.Dispose();
    }

    static async Task<HttpResponseMessage> AskAsync(SyncClient person, int device, string view)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/sync/todo/pull?collection=tasks{(view.Length > 0 ? view : "&since=" + SyncClient.Epoch)}");
        request.Headers.Add("X-Client-Id", "idle" + device);
        return await person.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    static List<string> Ids(JsonNode page) => [.. page["serverChanges"]!.AsArray().Select(change => (string)change!["id"]!)];
}
