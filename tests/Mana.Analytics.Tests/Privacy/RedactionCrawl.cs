using System.Text.Json;
using System.Text.RegularExpressions;
using static Mana.Analytics.Tests.BoardFixture;

namespace Mana.Analytics.Tests.Privacy;

/// <summary>Two hundred random operations of people with names, addresses and devices; then everything that anybody can fetch without a token is read.</summary>
[Collection(nameof(BoardCollection))]
public sealed partial class RedactionCrawl(BoardFixture fixture)
{
    static readonly string[] Emojis = ["👍", "❤️", "🚀", "🤔", "🎉"];

    [GeneratedRegex(@"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+\.[A-Za-z]", RegexOptions.NonBacktracking)]
    private static partial Regex Address();

    [Fact]
    public async Task Nobody_can_be_found_out_after_two_hundred_operations()
    {
        var seed = 20261120;
        var random = new Random(seed);
        var app = fixture.NewApp();
        var people = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => fixture.MemberAsync($"Realname{i} Ofsomebody{i}")));
        // Half of them want to be known to those who are signed in; that is nobody here.
        foreach (var person in people.Take(4))
            (await fixture.AsAsync(person.UserId)).Http.Dispose();
        var profiles = (Mana.Analytics.Contracts.IFeedbackProfiles)fixture.Host.Services.GetService(typeof(Mana.Analytics.Contracts.IFeedbackProfiles))!;
        foreach (var person in people.Take(4))
            await profiles.SetShowRealNameAsync(person.UserId, true, default);
        var desk = await fixture.AdminAsync();
        var ids = new List<string>();
        for (var step = 0; step < 200; step++)
        {
            var person = people[random.Next(people.Length)];
            var id = ids.Count > 0 ? ids[random.Next(ids.Count)] : null;
            switch (id is null ? 0 : random.Next(9))
            {
                case <= 2:
                    ids.Add((await person.PostAsync("feedback", new
                    {
                        feedbackText = $"Idea {step}, write to {person.UserId}@example.test or <me+{step}@mail.example.org>", title = random.Next(2) == 0 ? $"Mail me@x{step}.example" : null, appId = app,
                        isPublic = random.Next(4) > 0, deviceInfo = new { owner = person.UserId, mail = person.UserId + "@example.test" },
                    })).Ok(201).Said("id")!);
                    break;
                case 3:
                    await person.PostAsync("feedback", new { feedbackText = $"Reply {step} from {person.UserId}@example.test", parentId = id, appId = app });
                    break;
                case <= 6:
                    await ReactAsync(person, id!, Emojis[random.Next(Emojis.Length)]);
                    break;
                case 7:
                    await desk.PatchAsync("feedback/admin/" + id, new { status = random.Next(2) == 0 ? "planned" : "completed", adminResponse = "Thanks, we wrote to someone@example.test", isPublic = random.Next(5) > 0 });
                    break;
                default:
                    await person.DeleteAsync("feedback/" + id);
                    break;
            }
        }

        var pages = await CrawlAsync(app, ids);
        Assert.True(pages.Count > 60, $"only {pages.Count} pages");
        foreach (var (path, text) in pages)
        {
            Assert.False(Address().IsMatch(text), $"{path} holds an address (seed {seed}): {Address().Match(text).Value}");
            foreach (var (person, i) in people.Select((person, i) => (person, i)))
                Assert.False(text.Contains(person.UserId, StringComparison.Ordinal) || text.Contains($"Realname{i}", StringComparison.Ordinal), $"{path} tells of a person (seed {seed})");
            foreach (var member in (string[])["\"userId\"", "\"deviceInfo\"", "\"realName\"", desk.UserId])
                Assert.DoesNotContain(member, text, StringComparison.Ordinal);
        }

        // The signed-in see the names of those who want it, and of nobody else.
        var feed = (await fixture.PersonAsync()).GetAsync($"feedback/public?appId={app}&limit=200");
        foreach (var name in (await feed).Ok()["items"].EnumerateArray().Where(item => item.TryGetProperty("realName", out _)).Select(item => item.GetProperty("realName").GetString()!))
            Assert.True(name[8] < '4', name);
    }

    async Task<Dictionary<string, string>> CrawlAsync(string app, IEnumerable<string> ids)
    {
        var anybody = fixture.Anybody();
        var pages = new Dictionary<string, string>(StringComparer.Ordinal);
        async Task<string> ReadAsync(string path) => pages[path] = (await anybody.GetAsync(path)).Text;
        var hashes = new HashSet<string>(StringComparer.Ordinal);
        foreach (var sort in (string[])["score", "recent"])
        foreach (var item in JsonDocument.Parse(await ReadAsync($"public/feedback/feed?appId={app}&limit=200&sort={sort}")).RootElement.GetProperty("items").EnumerateArray())
            hashes.Add(item.GetProperty("displayHash").GetString()!);
        foreach (var id in ids)
        {
            await ReadAsync("public/feedback/" + id);
            await ReadAsync("/feedback/" + id);
        }

        foreach (var hash in hashes)
            await ReadAsync("public/feedback/eule/" + hash);
        for (var page = 1; page <= 5; page++)
            await ReadAsync($"/feedback?sort=recent&page={page}");
        return pages;
    }
}
