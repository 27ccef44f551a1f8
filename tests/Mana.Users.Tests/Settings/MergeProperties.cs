using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Mana.Testing;

namespace Mana.Users.Tests.Settings;

/// <summary>
/// Two devices patch as they like. What is stored in the end is the documented merge of the patches in the order in which they were answered, and no
/// patch takes away what it does not name. The expectation works on single values and their paths, not on objects, as the module does.
/// </summary>
[Collection(nameof(UsersCollection))]
public sealed class MergeProperties(UsersFixture fixture)
{
    static readonly string[] Keys = ["nav", "hiddenNavItems", "wallpaper", "recentEmojis", "theme", "pinnedThemes", "general", "startPages", "a", "b"];

    /// <summary>Small documents over few names, so that patches meet; also of the names that have rules of their own.</summary>
    static Gen<JsonObject> Partial(int depth)
    {
        var scalar = Gen.OneOf(Gen.Choose(0, 3).Select(JsonNode? (i) => i), Gen.Elements("x", "y").Select(JsonNode? (text) => text), Gen.Constant<JsonNode?>(null));
        var list = Gen.Choose(0, 2).Select(JsonNode? (count) => new JsonArray([.. Enumerable.Range(0, count).Select(i => JsonValue.Create("i" + i))]));
        var value = depth == 0 ? Gen.OneOf(scalar, list) : Gen.Frequency((3, scalar), (1, list), (4, Partial(depth - 1).Select(JsonNode? (inner) => inner)));
        return Gen.Choose(1, 3).SelectMany(count => Gen.Zip(Gen.Elements(Keys), value).ListOf(count)).Select(members =>
        {
            var made = new JsonObject();
            foreach (var (key, node) in members)
                made[key] = node?.DeepClone();
            return made;
        });
    }

    /// <summary>Within <c>free</c> and an app of a device nothing is checked; at the top the known names have rules, so those patches are shaped to be valid.</summary>
    static readonly Gen<JsonObject> Patch = Gen.OneOf(
        Partial(3).Select(partial => new JsonObject { ["free"] = partial }),
        Gen.Elements("""{"nav":{"hiddenNavItems":{"a":["/x"]}}}""", """{"nav":{"hiddenNavItems":{}}}""", """{"nav":{"hiddenNavItems":{"b":["/y","/z"]},"sidebarCollapsed":true}}""", """{"nav":null}""",
            """{"wallpaper":{"source":{"type":"upload","mediaId":"m","url":"u"}}}""", """{"wallpaper":{"source":{"type":"none"},"overlay":{"blur":2}}}""", """{"wallpaper":null}""",
            """{"theme":{"mode":"dark"}}""", """{"theme":{"pinnedThemes":["rose"]}}""", """{"theme":{"pinnedThemes":[],"mode":null}}""", """{"recentEmojis":["a","b"]}""", """{"recentEmojis":[]}""",
            """{"general":{"startPages":{"todo":"/t"}}}""", """{"general":{"startPages":{"chat":"/c","todo":null}}}""", """{"locale":"en"}""", """{"locale":null}""").Select(text => (JsonObject)JsonNode.Parse(text)!));

    [Fact]
    public async Task Any_patches_of_two_devices_end_in_the_documented_merge()
    {
        foreach (var patches in Patch.ListOf(12).Sample(40))
        {
            var person = await fixture.PersonAsync();
            var expected = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var (patch, device) in patches.Select((patch, i) => (patch, device: i % 2)))
            {
                var before = Leaves((await StoredAsync(person)), "");
                (await (device == 0 ? person : await fixture.AsAsync(person.UserId)).PatchAsync("settings/global", patch.ToJsonString())).Ok();
                Apply(expected, patch, "");
                var after = Leaves(await StoredAsync(person), "");
                Assert.Equal(expected.OrderBy(leaf => leaf.Key, StringComparer.Ordinal), after.OrderBy(leaf => leaf.Key, StringComparer.Ordinal));
                foreach (var lost in before.Keys.Except(after.Keys, StringComparer.Ordinal))
                    Assert.True(Names(patch, "").Any(named => lost == named || lost.StartsWith(named + "/", StringComparison.Ordinal) || named.StartsWith(lost + "/", StringComparison.Ordinal)), $"{patch.ToJsonString()} took {lost}");
            }
        }
    }

    /// <summary>Patches at the same time: each is there in the end, unless a later one took or replaced it. Here they name different things, so all are.</summary>
    [Fact]
    public async Task Patches_at_the_same_time_lose_nothing()
    {
        foreach (var partials in Partial(2).ListOf(10).Sample(10))
        {
            var person = await fixture.PersonAsync();
            await Task.WhenAll(partials.Select(async (partial, i) => (await person.PatchAsync("settings/global", new JsonObject { [$"device{i}"] = partial.DeepClone() }.ToJsonString())).Ok()));
            var expected = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var (partial, i) in partials.Select((partial, i) => (partial, i)))
                Apply(expected, new JsonObject { [$"device{i}"] = partial.DeepClone() }, "");
            Assert.Equal(expected.OrderBy(leaf => leaf.Key, StringComparer.Ordinal), Leaves(await StoredAsync(person), "").OrderBy(leaf => leaf.Key, StringComparer.Ordinal));
        }
    }

    async Task<JsonObject> StoredAsync(ApiCaller person) =>
        (JsonObject)JsonNode.Parse(await fixture.ScalarAsync<string>("SELECT global::text FROM users.settings WHERE user_id = $1", person.UserId) ?? "{}")!;

    /// <summary>The documented rule on paths: a value takes the place of everything at or below its path, and of any value above it; null only takes away.</summary>
    static void Apply(Dictionary<string, string> document, JsonObject patch, string path)
    {
        foreach (var (key, value) in patch)
        {
            var at = $"{path}/{key}";
            if (value is JsonObject inner && at is not ("/wallpaper" or "/nav/hiddenNavItems"))
            {
                for (var above = at; above.Length > 0; above = above[..above.LastIndexOf('/')])
                    document.Remove(above);
                Apply(document, inner, at);
                if (!document.Keys.Any(known => known.StartsWith(at + "/", StringComparison.Ordinal)))
                    document[at] = "{}";
                continue;
            }

            foreach (var below in document.Keys.Where(known => known == at || known.StartsWith(at + "/", StringComparison.Ordinal)).ToList())
                document.Remove(below);
            if (value is not null)
                foreach (var (leaf, text) in Leaves(value, at))
                    document[leaf] = text;
            else if (path.Length > 0 && !document.Keys.Any(known => known.StartsWith(path + "/", StringComparison.Ordinal)))
                document[path] = "{}";
            for (var above = path; value is not null && above.Length > 0; above = above[..above.LastIndexOf('/')])
                document.Remove(above);
        }
    }

    static Dictionary<string, string> Leaves(JsonNode node, string path)
    {
        if (node is not JsonObject { Count: > 0 } inner)
            return path.Length == 0 ? [] : new(StringComparer.Ordinal) { [path] = node.ToJsonString() };
        return inner.SelectMany(member => Leaves(member.Value!, $"{path}/{member.Key}")).ToDictionary(leaf => leaf.Key, leaf => leaf.Value, StringComparer.Ordinal);
    }

    static IEnumerable<string> Names(JsonObject patch, string path) => patch.SelectMany(member =>
        member.Value is JsonObject inner ? Names(inner, $"{path}/{member.Key}").Append($"{path}/{member.Key}") : [$"{path}/{member.Key}"]);
}
