using System.Globalization;
using System.Text.Json.Nodes;

namespace Mana.EndToEnd.Tests.Crashes;

/// <summary>One push of the script: what one device sends.</summary>
public sealed record ScriptedPush(string ClientId, string Body);

/// <summary>
/// The same thousand pushes every time: four devices insert, edit, delete and undelete the same forty records. Every time stamp is
/// different, so the merged state does not depend on the order of arrival, and two runs can be compared.
/// </summary>
internal static class PushScript
{
    public const int Pushes = 1000;
    const int Records = 40;
    static readonly string[] Devices = ["tower", "tablet", "phone", "watch"];
    static readonly string[] Fields = ["title", "notes", "done", "order"];
    static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static IReadOnlyList<ScriptedPush> Make(int seed)
    {
        var random = new Random(seed);
        var times = Enumerable.Range(0, Pushes).Select(second => Start.AddSeconds(second).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)).ToArray();
        random.Shuffle(times);
        return [.. times.Select((at, number) => Push(random, number, at))];
    }

    static ScriptedPush Push(Random random, int number, string at)
    {
        var id = $"r{(number < Records ? number : random.Next(Records)):00}";
        var eventId = new byte[16];
        random.NextBytes(eventId);
        var change = new JsonObject { ["eventId"] = new Guid(eventId).ToString(), ["table"] = "tasks", ["id"] = id };
        Fill(change, random, number, at);
        var device = Devices[number % Devices.Length];
        return new ScriptedPush(device, new JsonObject { ["clientId"] = device, ["since"] = "2026-01-01T00:00:00.000Z", ["changes"] = new JsonArray(change) }.ToJsonString());
    }

    static void Fill(JsonObject change, Random random, int number, string at)
    {
        var kind = number < Records ? -1 : random.Next(10);
        if (kind < 0)
        {
            change["op"] = "insert";
            change["data"] = new JsonObject { ["id"] = (string)change["id"]!, ["title"] = $"made in push {number}", ["createdAt"] = at };
        }
        else if (kind == 0)
        {
            change["op"] = "delete";
            change["deletedAt"] = at;
        }
        else
        {
            var field = kind == 1 ? "deletedAt" : Fields[random.Next(Fields.Length)];
            change["op"] = "update";
            change["fields"] = new JsonObject { [field] = new JsonObject { ["value"] = kind == 1 ? null : $"push {number}", ["at"] = at } };
        }
    }
}
