using System.Globalization;

namespace Mana.Sync.Tests.Import;

/// <summary>Histories of originals.</summary>
internal static class History
{
    public static OriginalChange Insert(string record, string data, double at) => new(record, "insert", data, "{}") { At = at };

    public static OriginalChange Update(string record, string data, string? meta, double at) => new(record, "update", data, meta) { At = at };

    public static OriginalChange Delete(string record, string? data, double at) => new(record, "delete", data, "{}") { At = at };

    /// <summary>A seeded history of some people and a space: colliding times, deletions and returns, private records, odd microseconds.</summary>
    public static IEnumerable<OriginalChange> Random(int seed, int rows, IReadOnlyList<string> users, string? space)
    {
        var random = new Random(seed);
        var now = 0d;
        for (var i = 0; i < rows; i++)
        {
            // Rows of one transaction share their time; the others follow by odd and even microseconds.
            now += random.Next(4) == 0 ? 0 : Math.Round(random.NextDouble() * 3, 6);
            var user = users[random.Next(users.Count)];
            var change = One(random, now) with
            {
                User = user,
                Client = "d" + random.Next(2).ToString(CultureInfo.InvariantCulture),
                App = random.Next(3) == 0 ? "notes" : "todo",
                Space = random.Next(3) switch { 0 => space, 1 => "_personal:" + user, _ => null },
            };
            yield return change;
        }
    }

    static OriginalChange One(Random random, double now)
    {
        var record = "r" + random.Next(8).ToString(CultureInfo.InvariantCulture);
        // Times cluster on a few instants, so that ties are common; some lie ahead of the server.
        string Time() => $"\"{Change.At(Math.Floor(now / 5) * 5 + random.Next(-3, 2) + (random.Next(20) == 0 ? 3600 : 0))}\"";
        var names = new[] { "title", "done", "visibility", "authorId", "deletedAt" };
        var name = names[random.Next(names.Length)];
        string Value() => random.Next(5) switch { 0 => "null", 1 => "\"private\"", 2 => "[1, 2]", _ => random.Next(3).ToString(CultureInfo.InvariantCulture) };
        return random.Next(10) switch
        {
            0 or 1 => Insert(record, $$"""{"id": "{{record}}", "{{name}}": {{Value()}}, "createdAt": {{Time()}}}""", now),
            2 => Delete(record, $$"""{"deletedAt": {{Time()}}}""", now),
            3 => Delete(record, random.Next(2) == 0 ? null : "{}", now),
            4 => Update(record, $$"""{"{{name}}": {{Value()}}}""", random.Next(2) == 0 ? null : $$"""{"{{name}}": ""}""", now),
            5 => Update(record, $$"""{"{{name}}": {{Value()}}, "title": {{Value()}}}""", $$"""{"{{name}}": {"at": {{Time()}}, "actor": null}, "title": {{Time()}}}""", now),
            _ => Update(record, $$"""{"{{name}}": {{Value()}}}""", $$"""{"{{name}}": {{Time()}}}""", now),
        };
    }
}
