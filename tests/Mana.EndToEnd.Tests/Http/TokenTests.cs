namespace Mana.EndToEnd.Tests.Http;

/// <summary>Tokens that are not good enough: 401 with the code of sync.md 25.2, nothing stored, and the connection serves the real one next.</summary>
public sealed class TokenTests(SharedHost host, Resident resident) : IClassFixture<Resident>
{
    readonly string _body = $$$"""{"clientId":"raw","since":"","changes":[{"table":"tasks","id":"{{{Guid.NewGuid()}}}","op":"insert","data":{"title":"x"}}]}""";

    [Theory]
    [InlineData("none at all", "INVALID_TOKEN")]
    [InlineData("garbage", "INVALID_TOKEN")]
    [InlineData("foreign key", "INVALID_TOKEN")]
    [InlineData("alg none", "INVALID_TOKEN")]
    [InlineData("HS256", "INVALID_TOKEN")]
    [InlineData("expired", "TOKEN_EXPIRED")]
    [InlineData("no expiry", "INVALID_TOKEN")]
    [InlineData("other audience", "INVALID_TOKEN")]
    [InlineData("other issuer", "INVALID_TOKEN")]
    [InlineData("no subject", "INVALID_TOKEN")]
    [InlineData("not yet valid", "INVALID_TOKEN")]
    [InlineData("an id_token", "INVALID_TOKEN")]
    [InlineData("another type", "INVALID_TOKEN")]
    public async Task A_token_that_is_not_good_enough_is_refused(string kind, string code)
    {
        var before = await resident.ChangesAsync();
        var forge = await TokenForge.OpenAsync(host, resident.Person.AccessToken);
        using var connection = await RawConnection.OpenAsync(host.Address);

        foreach (var (method, path, body) in ((string, string, string?)[])[("POST", "/sync/todo", _body), ("GET", "/sync/todo/pull?collection=tasks&since=1970-01-01T00:00:00Z", null)])
        {
            var refused = Forge(forge, kind) is { } token
                ? await connection.SendAsync(method, path, body, ("Authorization", $"Bearer {token}"))
                : await connection.SendAsync(method, path, body);
            Assert.Equal((401, "unauthorized", code), (refused.Status, refused.Error, (string?)refused.Json["code"]));
            Assert.StartsWith("Bearer ", refused.Headers["WWW-Authenticate"], StringComparison.Ordinal);
        }

        Assert.Equal(before, await resident.ChangesAsync());
        Assert.Equal(200, (await connection.SendAsync("POST", "/sync/todo", _body, resident.Authorization)).Status);
    }

    /// <summary>Without this, every refusal above could be the forge's mistake.</summary>
    [Fact]
    public async Task What_the_forge_signs_unchanged_is_accepted()
    {
        var before = await resident.ChangesAsync();
        var forge = await TokenForge.OpenAsync(host, resident.Person.AccessToken);
        using var connection = await RawConnection.OpenAsync(host.Address);

        Assert.Equal(200, (await connection.SendAsync("POST", "/sync/todo", _body, ("Authorization", $"Bearer {forge.Ours()}"))).Status);
        Assert.Equal(before + 1, await resident.ChangesAsync());
    }

    static string? Forge(TokenForge forge, string kind) => kind switch
    {
        "none at all" => null,
        "garbage" => "a.b.c",
        "foreign key" => forge.Foreign(),
        "alg none" => forge.WithoutSignature(),
        "HS256" => forge.Symmetric(),
        "expired" => forge.Ours(claims => claims["exp"] = (long)claims["iat"]! - 60),
        "no expiry" => forge.Ours(claims => claims.Remove("exp")),
        "other audience" => forge.Ours(claims => claims["aud"] = "matrix"),
        "other issuer" => forge.Ours(claims => claims["iss"] = "https://other.example"),
        "no subject" => forge.Ours(claims => claims["sub"] = ""),
        "not yet valid" => forge.Ours(claims => claims["nbf"] = (long)claims["iat"]! + 600),
        "an id_token" => forge.Ours(claims => claims["nonce"] = "n"),
        "another type" => forge.Ours(typ: "logout+jwt"),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };
}
