using Mana.Auth.Tests.Tokens;
using Mana.Testing;
using Npgsql;

namespace Mana.Auth.Tests.Sessions;

public sealed class RefreshTests : IAsyncLifetime
{
    static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    readonly FakeClock _clock = new(new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero));
    string _database = "";
    TestHost _host = null!;
    AuthApi _api = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await TestCluster.CreateDatabaseAsync();
        _host = await new TestHost(_database).With(_clock).StartAsync();
        _api = new AuthApi(_host);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await TestCluster.DropDatabaseAsync(_database);
    }

    [Fact]
    public async Task Scenario_27_a_token_works_once_and_gives_a_new_pair_for_the_same_session()
    {
        var login = await _api.NewSessionAsync();
        _clock.Advance(TimeSpan.FromMinutes(14));
        var answer = (await _api.RefreshAsync(login["refreshToken"])).IsOk();

        Assert.Equal(["user", "accessToken", "refreshToken", "expiresIn", "tokenType"], answer.Body.EnumerateObject().Select(member => member.Name));
        Assert.NotEqual(login["refreshToken"], answer["refreshToken"]);
        var (before, after) = (TokenText.Claims(login["accessToken"]!), TokenText.Claims(answer["accessToken"]!));
        Assert.Equal(before.GetProperty("sid").GetString(), after.GetProperty("sid").GetString());
        Assert.Equal(before.GetProperty("auth_time").GetInt64(), after.GetProperty("auth_time").GetInt64());
        Assert.Equal(before.GetProperty("iat").GetInt64() + (14 * 60), after.GetProperty("iat").GetInt64());
        Assert.Equal("pwd", after.GetProperty("amr")[0].GetString());
        Assert.NotNull((await _api.SessionAsync(answer["accessToken"])).IsOk()["session", "id"]);
    }

    [Fact]
    public async Task Scenario_27_late_reuse_revokes_the_family_and_the_session()
    {
        var login = await _api.NewSessionAsync();
        var next = (await _api.RefreshAsync(login["refreshToken"])).IsOk();
        _clock.Advance(31 * Second);

        IsOver(await _api.RefreshAsync(login["refreshToken"]));
        IsOver(await _api.RefreshAsync(next["refreshToken"]));
        Assert.Equal("null", (await _api.SessionAsync(next["accessToken"])).IsOk().Text);
        Assert.Equal("refresh_reuse", await ScalarAsync("SELECT revoked_reason FROM auth.sessions"));
        Assert.Equal(0L, await ScalarAsync("SELECT count(*) FROM auth.refresh_tokens WHERE revoked_at IS NULL"));
    }

    [Fact]
    public async Task Scenario_27_reuse_after_the_successor_was_used_revokes_even_within_the_grace()
    {
        var login = await _api.NewSessionAsync();
        var next = (await _api.RefreshAsync(login["refreshToken"])).IsOk();
        var third = (await _api.RefreshAsync(next["refreshToken"])).IsOk();

        IsOver(await _api.RefreshAsync(login["refreshToken"]));
        IsOver(await _api.RefreshAsync(third["refreshToken"]));
    }

    [Fact]
    public async Task A_lost_response_is_answered_again_for_thirty_seconds()
    {
        var login = await _api.NewSessionAsync();
        await _api.RefreshAsync(login["refreshToken"]);
        _clock.Advance(30 * Second);
        var again = (await _api.RefreshAsync(login["refreshToken"])).IsOk();
        _clock.Advance(TimeSpan.FromMinutes(14));
        (await _api.RefreshAsync(again["refreshToken"])).IsOk();
    }

    [Fact]
    public async Task When_one_answer_of_a_generation_is_used_the_others_are_used_up_with_it()
    {
        var login = await _api.NewSessionAsync();
        var one = (await _api.RefreshAsync(login["refreshToken"])).IsOk();
        var other = (await _api.RefreshAsync(login["refreshToken"])).IsOk();
        var next = (await _api.RefreshAsync(one["refreshToken"])).IsOk();
        _clock.Advance(31 * Second);

        IsOver(await _api.RefreshAsync(other["refreshToken"]));
        IsOver(await _api.RefreshAsync(next["refreshToken"]));
    }

    [Theory]
    [InlineData("{\"refreshToken\":\"garbage\"}")]
    [InlineData("{\"refreshToken\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}")]
    [InlineData("{\"refreshToken\":\"\"}")]
    [InlineData("{\"refreshToken\":null}")]
    [InlineData("{\"refreshToken\":\"a\\u0000AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}")]
    [InlineData("{}")]
    [InlineData("null")]
    public async Task Scenario_29_garbage_is_refused_with_the_literal_message(string body) => IsOver(await _api.SendRawAsync("refresh", body));

    [Theory]
    [InlineData("{\"refreshToken\":7}")]
    [InlineData("{\"refreshToken\":")]
    [InlineData("[]")]
    public async Task A_body_of_another_shape_is_a_bad_request(string body) => (await _api.SendRawAsync("refresh", body)).IsRefused(400, "VALIDATION");

    [Fact]
    public async Task An_access_token_is_no_refresh_token_and_the_reverse()
    {
        var login = await _api.NewSessionAsync();
        IsOver(await _api.RefreshAsync(login["accessToken"]));
        Assert.Equal("null", (await _api.SessionAsync(login["refreshToken"])).Text);
    }

    [Fact]
    public async Task Scenario_33_a_session_slides_seven_days_and_ends_after_ninety()
    {
        var token = (await _api.NewSessionAsync())["refreshToken"];
        for (var day = 6; day <= 84; day += 6)
        {
            _clock.Advance(TimeSpan.FromDays(6));
            token = (await _api.RefreshAsync(token)).IsOk()["refreshToken"];
        }

        _clock.Advance(TimeSpan.FromDays(6) - Second);
        token = (await _api.RefreshAsync(token)).IsOk()["refreshToken"];
        _clock.Advance(Second);
        IsOver(await _api.RefreshAsync(token));
    }

    [Theory]
    [InlineData(false, 7)]
    [InlineData(true, 30)]
    public async Task Scenario_33_an_idle_session_ends(bool rememberMe, int days)
    {
        var email = AuthApi.NewEmail();
        await _api.RegisterAsync(email);
        var first = (await _api.PostAsync("login", new { email, password = AuthApi.Password, rememberMe })).IsOk();
        _clock.Advance(TimeSpan.FromDays(days) - Second);
        var second = (await _api.RefreshAsync(first["refreshToken"])).IsOk();
        _clock.Advance(TimeSpan.FromDays(days));
        IsOver(await _api.RefreshAsync(second["refreshToken"]));
        Assert.Equal("null", (await _api.SessionAsync(second["accessToken"])).Text);
    }

    [Fact]
    public async Task Scenario_25_a_change_of_role_or_tier_reaches_the_next_token_and_deletion_ends_the_session()
    {
        var login = await _api.NewSessionAsync();
        await ScalarAsync("UPDATE auth.users SET role = 'admin', access_tier = 'founder'");
        var answer = (await _api.RefreshAsync(login["refreshToken"])).IsOk();
        var claims = TokenText.Claims(answer["accessToken"]!);
        Assert.Equal("admin", claims.GetProperty("role").GetString());
        Assert.Equal("founder", claims.GetProperty("tier").GetString());

        await ScalarAsync("UPDATE auth.users SET deleted_at = now()");
        IsOver(await _api.RefreshAsync(answer["refreshToken"]));
    }

    static void IsOver(Answer answer) => Assert.Equal("Invalid refresh token", answer.IsRefused(401, "TOKEN_EXPIRED")["message"]);

    async Task<object?> ScalarAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
