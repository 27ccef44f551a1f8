using System.Text;

namespace Mana.EndToEnd.Tests.Http;

/// <summary>
/// What clients send when they are broken or hostile: the status and the code of sync.md 6.2 and 25.2, nothing stored, and the same TCP
/// connection serves the next request.
/// </summary>
public sealed class BadInputTests(SharedHost host, Resident resident) : IClassFixture<Resident>
{
    readonly string _good = Changes($$$"""{"table":"tasks","id":"{{{Guid.NewGuid()}}}","op":"insert","data":{"title":"stored"}}""");
    long _before;

    public static TheoryData<string, string, int, string, int?> Bodies => new()
    {
        { "empty", "", 400, "invalid_json", null },
        { "not JSON", "hello", 400, "invalid_json", null },
        { "truncated", Changes("""{"table":"tasks","id":"a","op":"insert","data":{"title":"x"}}""")[..^20], 400, "invalid_json", null },
        { "an array", "[]", 400, "invalid_json", null },
        { "changes is an object", """{"changes":{}}""", 400, "invalid_json", null },
        { "clientId is a number", """{"clientId":7,"changes":[]}""", 400, "invalid_json", null },
        { "schemaVersion is a string", """{"schemaVersion":"1","changes":[]}""", 400, "invalid_json", null },
        { "schemaVersion is 2", """{"schemaVersion":2,"changes":[]}""", 400, "unsupported_schema_version", null },
        { "a change is a string", Changes("\"x\""), 400, "invalid_json", 0 },
        { "table is a number", Changes("""{"table":1,"id":"a","op":"insert"}"""), 400, "invalid_json", 0 },
        { "data is an array", Changes("""{"table":"tasks","id":"a","op":"insert","data":[]}"""), 400, "invalid_json", 0 },
        { "op upsert", Changes("""{"table":"tasks","id":"a","op":"upsert"}"""), 400, "invalid_op", 0 },
        { "op in capitals", Changes("""{"table":"tasks","id":"a","op":"Insert"}"""), 400, "invalid_op", 0 },
        { "no op", Changes("""{"table":"tasks","id":"a"}"""), 400, "invalid_op", 0 },
        { "no id", Changes("""{"table":"tasks","op":"insert"}"""), 400, "missing_table_or_id", 0 },
        { "empty table", Changes("""{"table":"","id":"a","op":"insert"}"""), 400, "missing_table_or_id", 0 },
        { "the second change is to blame", Changes("""{"table":"tasks","id":"a","op":"insert","data":{"title":"x"}},{"table":"tasks","id":"","op":"insert"}"""), 400, "missing_table_or_id", 1 },
        { "a null field object", Changes("""{"table":"tasks","id":"a","op":"update","fields":{"title":null}}"""), 400, "invalid_field", 0 },
        { "a text for a field object", Changes("""{"table":"tasks","id":"a","op":"update","fields":{"title":"x"}}"""), 400, "invalid_field", 0 },
        { "a time that is none", Changes("""{"table":"tasks","id":"a","op":"update","fields":{"title":{"value":1,"at":"yesterday"}}}"""), 400, "invalid_timestamp", 0 },
        { "a deletedAt that is none", Changes("""{"table":"tasks","id":"a","op":"delete","deletedAt":"2026-02-30T00:00:00Z"}"""), 400, "invalid_timestamp", 0 },
        { "U+0000 in a value", Changes("""{"table":"tasks","id":"a","op":"insert","data":{"title":"x\u0000y"}}""".Replace("\0", "\\u0000", StringComparison.Ordinal)), 400, "unsupported_character", 0 },
        { "U+0000 in an id", Changes("""{"table":"tasks","id":"a\u0000","op":"insert"}""".Replace("\0", "\\u0000", StringComparison.Ordinal)), 400, "unsupported_character", 0 },
        { "65 levels deep", Nested(65), 400, "limit_exceeded", null },
        { "1001 changes", Changes(string.Join(',', Enumerable.Repeat("""{"table":"tasks","id":"a","op":"insert"}""", 1001))), 400, "limit_exceeded", null },
        { "a table of 129 characters", Changes($$"""{"table":"{{new string('t', 129)}}","id":"a","op":"insert"}"""), 400, "limit_exceeded", 0 },
        { "somebody else's personal space", Changes("""{"table":"tasks","id":"a","op":"insert","data":{"title":"x"},"spaceId":"_personal:somebody"}"""), 403, "space_forbidden", 0 },
        { "a cursor of nobody", """{"cursor":"v1.made-up","changes":[]}""", 400, "invalid_cursor", null },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task A_bad_body_is_refused_and_the_connection_lives_on(string what, string body, int status, string error, int? index)
    {
        using var connection = await ConnectAsync();

        var refused = await PushAsync(connection, Encoding.UTF8.GetBytes(body));

        Assert.True((status, error) == (refused.Status, refused.Error), $"{what}: {refused.Status} {refused.Body}");
        Assert.Equal(index, (int?)refused.Json["index"]);
        Assert.Equal(status, (int?)refused.Json["statusCode"]);
        await NothingIsStoredAndTheNextRequestIsServedAsync(connection);
    }

    [Fact]
    public async Task Ten_mebibytes_and_one_byte_are_refused_and_the_connection_lives_on()
    {
        using var connection = await ConnectAsync();

        var refused = await PushAsync(connection, Padded((10 * 1024 * 1024) + 1));

        Assert.Equal((413, "body_too_large"), (refused.Status, refused.Error));
        await NothingIsStoredAndTheNextRequestIsServedAsync(connection);
    }

    [Fact]
    public async Task Ten_mebibytes_are_accepted()
    {
        using var connection = await ConnectAsync();

        Assert.Equal(200, (await PushAsync(connection, Padded(10 * 1024 * 1024))).Status);
        Assert.Equal(_before + 1, await resident.ChangesAsync());
    }

    [Fact]
    public async Task Sixty_four_levels_are_accepted()
    {
        using var connection = await ConnectAsync();

        Assert.Equal(200, (await PushAsync(connection, Encoding.UTF8.GetBytes(Nested(64)))).Status);
    }

    [Theory]
    [InlineData("GET", "/sync/todo/pull", 400, "missing_parameter")]
    [InlineData("GET", "/sync/todo/pull?collection=tasks", 400, "missing_parameter")]
    [InlineData("GET", "/sync/todo/pull?collection=tasks&cursor=nonsense", 400, "invalid_cursor")]
    [InlineData("GET", "/sync/todo/pull/", 404, "not_found")]
    [InlineData("GET", "/sync/todo/pull/more", 404, "not_found")]
    [InlineData("POST", "/sync/", 404, "not_found")]
    [InlineData("GET", "/sync/todo", 405, "method_not_allowed")]
    [InlineData("POST", "/sync/todo/pull", 405, "method_not_allowed")]
    [InlineData("DELETE", "/sync/todo", 405, "method_not_allowed")]
    public async Task A_bad_address_is_refused_and_the_connection_lives_on(string method, string path, int status, string error)
    {
        using var connection = await ConnectAsync();

        var refused = await connection.SendAsync(method, path, (string?)null, resident.Authorization);

        Assert.Equal((status, error), (refused.Status, refused.Error));
        Assert.Equal(status == 405, refused.Headers.ContainsKey("Allow"));
        await NothingIsStoredAndTheNextRequestIsServedAsync(connection);
    }

    static string Changes(string changes) => $$"""{"clientId":"raw","since":"","changes":[{{changes}}]}""";

    /// <summary>The body, its list, the change and its data are the first four levels.</summary>
    static string Nested(int depth) => Changes($$$"""{"table":"tasks","id":"a","op":"insert","data":{"x":{{{new string('[', depth - 4)}}}{{{new string(']', depth - 4)}}}}}""");

    static byte[] Padded(int length)
    {
        var (head, tail) = ("""{"clientId":"raw","since":"","changes":[{"table":"tasks","id":"big","op":"insert","data":{"id":"big","title":" """.TrimEnd(), "\"}}]}");
        return Encoding.ASCII.GetBytes(head + new string('x', length - head.Length - tail.Length) + tail);
    }

    async Task<RawConnection> ConnectAsync()
    {
        _before = await resident.ChangesAsync();
        return await RawConnection.OpenAsync(host.Address);
    }

    Task<RawResponse> PushAsync(RawConnection connection, byte[] body) => connection.SendAsync("POST", "/sync/todo", body, resident.Authorization);

    async Task NothingIsStoredAndTheNextRequestIsServedAsync(RawConnection connection)
    {
        Assert.Equal(_before, await resident.ChangesAsync());
        var next = await PushAsync(connection, Encoding.UTF8.GetBytes(_good));
        Assert.Equal(200, next.Status);
        Assert.Equal(_before + 1, await resident.ChangesAsync());
    }
}
