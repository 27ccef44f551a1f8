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
                        feedbackText = $"Idea {step}, write to {person.UserId}@example.test or <me+{step}@mail.example.org>, Sinead.O'Connor@example.org, \"jane doe\"@example.org", title = random.Next(2) == 0 ? $"Mail me@x{step}.example" : null, appId = app,
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
        // It did read something: ideas with replies, authors, and texts from which something was taken.
        Assert.True(pages.Count > 40, $"only {pages.Count} pages");
        Assert.Contains(pages.Values, text => text.Contains("\"replies\":[{", StringComparison.Ordinal));
        Assert.Contains(pages, page => page.Key.Contains("/eule/", StringComparison.Ordinal) && page.Value.Contains("\"items\":[{", StringComparison.Ordinal));
        Assert.Contains(pages.Values, text => text.Contains("[…]", StringComparison.Ordinal));
        foreach (var (path, text) in pages)
        {
            foreach (var part in (string[])["Connor", "jane doe"])
                Assert.DoesNotContain(part, text, StringComparison.Ordinal);
            Assert.False(Address().IsMatch(text), $"{path} holds an address (seed {seed}): {Address().Match(text).Value}");
            foreach (var (person, i) in people.Select((person, i) => (person, i)))
                Assert.False(text.Contains(person.UserId, StringComparison.Ordinal) || text.Contains($"Realname{i}", StringComparison.Ordinal), $"{path} tells of a person (seed {seed})");
            foreach (var member in (string[])["\"userId\"", "\"deviceInfo\"", "\"realName\"", desk.UserId])
                Assert.DoesNotContain(member, text, StringComparison.Ordinal);
        }

        // The signed-in see the names of those who want it, and of nobody else.
        var feed = (await fixture.PersonAsync()).GetAsync($"feedback/public?appId={app}&limit=200");
        var names = (await feed).Ok()["items"].EnumerateArray().Where(item => item.TryGetProperty("realName", out _)).Select(item => item.GetProperty("realName").GetString()!).ToList();
        Assert.NotEmpty(names);
        Assert.All(names, name => Assert.True(name[8] < '4', name));
    }

    async Task<Dictionary<string, string>> CrawlAsync(string app, IEnumerable<string> ids)
    {
        var anybody = fixture.Anybody();
        var pages = new Dictionary<string, string>(StringComparer.Ordinal);
        async Task<string> ReadAsync(string path)
        {
            var answer = await anybody.GetAsync(path);
            // What was deleted, or is not public, is not there; everything else must be.
            Assert.True((int)answer.Status is 200 or 404, $"{path}: {(int)answer.Status}");
            if ((int)answer.Status == 200)
                pages[path] = answer.Text;
            return answer.Text;
        }

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
