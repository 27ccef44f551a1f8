using System.Text;
using System.Text.Json;
using Mana.Sync.Merge;
using Mana.Sync.Push;
using Mana.Sync.Spaces;
using Mana.Sync.Tests.Merge;
using Mana.Sync.Wire;

namespace Mana.Sync.Tests.Wire;

/// <summary>
/// Whatever bytes arrive: a changeset or a 4xx, never an exception; and what was accepted can be planned, merged and written as JSON that
/// PostgreSQL takes. All of it in memory, many thousands of bodies. A failing body is printed as base64.
/// </summary>
public sealed class ChangesetFuzzTests
{
    static readonly string[] Bodies =
    [
        """{"clientId":"a","since":"1970-01-01T00:00:00.000Z","schemaVersion":1,"changes":[{"table":"tasks","id":"t1","op":"insert","data":{"id":"t1","title":"Milk","createdAt":"2026-04-26T10:00:00.000Z","spaceId":"_personal:guest"},"actor":{"kind":"user","principalId":"u1"},"origin":"user"}]}""",
        """{"cursor":"v1.abc","reportConflicts":true,"changes":[{"eventId":"0e984725-c51c-4bf4-9960-e1c80e27aba0","table":"tasks","id":"t1","op":"update","fields":{"title":{"value":"Br\u00e9ad","at":"2026-04-26T10:00:00.000+02:00"},"done":{"value":true,"updatedAt":"2026-04-26T10:00:00Z"},"n":{"value":[1,{"x":null}]}}}]}""",
        """{"changes":[{"table":"tasks","id":"t1","op":"update","data":{"a":1.50,"b":{"c":[]}},"fieldMeta":{"a":"2026-04-26T10:00:00Z","b":{"at":"2026-04-26T10:00:00Z","actor":{}}}},{"table":"tasks","id":"t1","op":"delete","deletedAt":"2026-04-26T10:00:00.5Z","fields":{"note":{"value":"\ud83d\ude00","at":"2026-04-26T10:00:00Z"}}}]}""",
        """{"changes":[{"table":"tasks","id":"t2","op":"delete"},{"table":"tasks","id":"t2","op":"insert","fields":{"spaceId":{"value":"_personal:guest"}}},{"table":"tasks","id":"t2","op":"update","deletedAt":"2026-04-26T10:00:00Z","schemaVersion":0}]}""",
    ];

    static readonly string[] Splices =
    [
        "\"\\ud800\"", "\\udc00", "\\u0000", "null", "{}", "[]", "1e999", "-0", "\"\"", "\"op\":\"delete\",", "\"fields\":{\"deletedAt\":{\"value\":null}},", "\"data\":null,", "\"id\":\"\",", "{", "}", "[", "]", "\"", ",",
        "\"at\":\"9999-12-31T23:59:59.999999999-23:59\",", "\"at\":\"0001-01-01T00:00:00+23:59\",", "\"deletedAt\":null,", "\"fieldMeta\":{\"title\":{}},", "\"spaceId\":\"_personal:u1\",", "\uFEFF", "\n", "\\", "/*",
    ];

    [Fact]
    public void Mutated_bodies_are_changesets_or_refusals()
    {
        var random = new Random(20260426);
        var (accepted, refused) = (0, 0);
        for (var i = 0; i < 40_000; i++)
        {
            var body = Encoding.UTF8.GetBytes(Bodies[random.Next(Bodies.Length)]);
            for (var mutations = random.Next(1, 4); mutations > 0; mutations--)
                body = Mutate(body, random);
            if (Judge(body))
                accepted++;
            else
                refused++;
        }

        Assert.True(accepted > 4000 && refused > 4000, $"{accepted} accepted, {refused} refused: the mutations are too weak or too strong to show anything");
    }

    [Fact]
    public void Random_bytes_are_refusals()
    {
        var random = new Random(7);
        for (var i = 0; i < 20_000; i++)
        {
            var body = new byte[random.Next(0, 200)];
            random.NextBytes(body);
            Assert.False(Judge(body));
        }
    }

    [Fact]
    public void Every_prefix_of_a_body_is_refused()
    {
        foreach (var body in Bodies.Select(Encoding.UTF8.GetBytes))
            for (var length = 0; length < body.Length; length++)
                Assert.False(Judge(body[..length]));
    }

    /// <summary>True when accepted. Everything behind the reader runs too, as far as it goes without a database.</summary>
    static bool Judge(byte[] body)
    {
        var sent = Convert.ToBase64String(body);
        try
        {
            var (changeset, error) = ChangesetReader.Read(body);
            Assert.True(changeset is null != error is null);
            if (error is not null)
            {
                Assert.InRange(error.StatusCode, 400, 499);
                return false;
            }

            Store(changeset!);
            return true;
        }
        catch (Exception exception) when (exception is not Xunit.Sdk.XunitException)
        {
            Assert.Fail($"{sent}\n{exception}");
            throw;
        }
    }

    static void Store(Changeset changeset)
    {
        var caller = new Tenant("u1");
        var scope = new LockedScope(caller.Own.Name, 1, new Positions(1_777_000_000_000_000), []);
        var session = new PushSession(scope, new LockedScopes(1, [], [scope]), new PushOutcome(), new CountingIds());
        foreach (var change in changeset.Changes.SelectMany(Interpreter.Plan))
        {
            change.Scope = caller.Own.Name;
            EventIds.Assign(change, caller, "a", "todo");
            session.Add(change);
        }

        foreach (var row in session.Rows)
        {
            MustBeJson(row.Body);
            MustBeJson(row.Lost);
        }

        foreach (var record in session.Touched)
        {
            var stored = RecordStateJson.Write(record.State);
            MustBeJson(stored);
            Assert.Equal(States.Describe(record.State), States.Describe(RecordStateJson.Read(stored)));
        }
    }

    static void MustBeJson(byte[]? stored)
    {
        if (stored is null)
            return;
        using var json = JsonDocument.Parse(stored);
        Assert.Equal(JsonValueKind.Object, json.RootElement.ValueKind);
        Assert.False(stored.AsSpan().ContainsAny((byte)'\r', (byte)'\n'));
    }

    static byte[] Mutate(byte[] body, Random random)
    {
        if (body.Length == 0)
            return body;
        var (at, length) = (random.Next(body.Length), random.Next(1, 12));
        var end = Math.Min(at + length, body.Length);
        return random.Next(6) switch
        {
            0 => [.. body[..at], (byte)random.Next(256), .. body[(at + 1)..]],
            1 => [.. body[..at], .. body[end..]],
            2 => [.. body[..end], .. body[at..]],
            3 => [.. body[..at], .. Encoding.UTF8.GetBytes(Splices[random.Next(Splices.Length)]), .. body[at..]],
            4 => AfterComma(body, at, Splices[random.Next(Splices.Length)]),
            _ => [.. body[..at], (byte)random.Next(32, 127), .. body[at..]],
        };
    }

    /// <summary>Where a member may stand, so that more bodies stay readable.</summary>
    static byte[] AfterComma(byte[] body, int from, string text)
    {
        var comma = body.AsSpan(from).IndexOf((byte)',');
        return comma < 0 ? body : [.. body[..(from + comma + 1)], .. Encoding.UTF8.GetBytes(text), .. body[(from + comma + 1)..]];
    }
}
