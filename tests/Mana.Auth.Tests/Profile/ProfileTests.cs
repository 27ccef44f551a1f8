using System.Text.Json;

namespace Mana.Auth.Tests.Profile;

public sealed class ProfileTests(AccountWorld world) : IClassFixture<AccountWorld>
{
    [Fact]
    public async Task The_profile_has_the_shape_of_the_predecessor()
    {
        var (email, id) = await world.PersonAsync();
        var token = (await world.Api.LoginAsync(email)).IsOk()["accessToken"];
        var profile = (await world.Api.CallAsync("GET", "/api/v1/auth/profile", bearer: token)).IsOk();
        Assert.Equal(
            ["id", "name", "email", "emailVerified", "image", "role", "createdAt", "twoFactorEnabled", "accessTier"], profile.Body.EnumerateObject().Select(member => member.Name));
        Assert.Equal((id, email), (profile["id"], profile["email"]));
        Assert.Equal(401, (await world.Api.CallAsync("GET", "/api/v1/auth/profile")).Status);
    }

    [Fact]
    public async Task Name_and_picture_change_on_every_path_and_null_takes_the_picture_away()
    {
        var (email, id) = await world.PersonAsync();
        var token = (await world.Api.LoginAsync(email)).IsOk()["accessToken"];
        var posted = (await world.Api.CallAsync("POST", "/api/v1/auth/profile", new { name = " Ada L. ", image = "https://mana.how/a.png" }, token)).IsOk();
        Assert.True(posted.Body.GetProperty("status").GetBoolean());
        Assert.Equal(("Ada L.", "https://mana.how/a.png"), (posted["user", "name"], posted["user", "image"]));

        var patched = (await world.Api.CallAsync("PATCH", "/api/v1/me/profile", new { image = (string?)null }, token)).IsOk();
        Assert.Equal("""{"name":"Ada L.","image":null}""", patched.Text);
        Assert.Equal("""{"name":"A","image":null}""", (await world.Api.CallAsync("PATCH", "/api/v1/me/profile/", new { name = "A" }, token)).IsOk().Text);

        Assert.True((await world.Api.CallAsync("POST", "/api/auth/update-user", new { name = "Countess" }, token)).IsOk().Body.GetProperty("status").GetBoolean());
        Assert.Equal("Countess", await world.RunAsync("SELECT name FROM auth.users WHERE id = $1", id));
        Assert.Contains("profile_updated", await world.SecurityAsync(id));
    }

    [Fact]
    public async Task Scenario_73_a_name_has_one_to_eighty_characters()
    {
        var (email, _) = await world.PersonAsync();
        var token = (await world.Api.LoginAsync(email)).IsOk()["accessToken"];
        async Task<int> NameAsync(int length) => (await world.Api.CallAsync("PATCH", "/api/v1/me/profile", new { name = new string('n', length) }, token)).Status;
        Assert.Equal((400, 200, 200, 400), (await NameAsync(0), await NameAsync(1), await NameAsync(80), await NameAsync(81)));
    }

    [Theory]
    [InlineData("POST", "/api/v1/auth/profile", """{"accessTier":"founder"}""")]
    [InlineData("POST", "/api/v1/auth/profile", """{"name":"Ada","role":"admin"}""")]
    [InlineData("POST", "/api/v1/auth/profile", """{"name":"A"}""")]
    [InlineData("POST", "/api/v1/auth/profile", """{"name":null}""")]
    [InlineData("POST", "/api/v1/auth/profile", """{"name":"LONG101"}""")]
    [InlineData("POST", "/api/v1/auth/profile", """{"image":"javascript:alert(1)"}""")]
    [InlineData("POST", "/api/v1/auth/profile", """{"image":"/relative.png"}""")]
    [InlineData("POST", "/api/v1/auth/profile", """{"image":7}""")]
    [InlineData("POST", "/api/v1/auth/profile", "{}")]
    [InlineData("POST", "/api/v1/auth/profile", "[]")]
    [InlineData("PATCH", "/api/v1/me/profile", "{}")]
    [InlineData("PATCH", "/api/v1/me/profile", """{"name":"  "}""")]
    [InlineData("PATCH", "/api/v1/me/profile", """{"name":"LONG81"}""")]
    [InlineData("PATCH", "/api/v1/me/profile", """{"name":"a\u0000b"}""")]
    [InlineData("PATCH", "/api/v1/me/profile", """{"name":"\ud800"}""")]
    [InlineData("PATCH", "/api/v1/me/profile", """{"image":"ftp://x/y"}""")]
    [InlineData("POST", "/api/auth/update-user", """{"accessTier":"founder"}""")]
    public async Task What_cannot_be_is_refused_and_nothing_changes(string method, string path, string body)
    {
        var (email, id) = await world.PersonAsync();
        var token = (await world.Api.LoginAsync(email)).IsOk()["accessToken"];
        var text = body.Replace("LONG101", new string('n', 101), StringComparison.Ordinal).Replace("LONG81", new string('n', 81), StringComparison.Ordinal);
        var refused = await world.Api.CallAsync(method, path, text, token);
        Assert.Equal(400, refused.Status);
        Assert.Equal(path.StartsWith("/api/auth", StringComparison.Ordinal) ? "VALIDATION_ERROR" : "VALIDATION", refused["code"]);
        Assert.Equal("Ada|user|public|", await world.RunAsync("SELECT name || '|' || role || '|' || access_tier || '|' || coalesce(image, '') FROM auth.users WHERE id = $1", id));
    }

    [Fact]
    public async Task Scenario_74_the_introduction_is_completed_once_and_can_be_shown_again()
    {
        var (email, _) = await world.PersonAsync();
        var token = (await world.Api.LoginAsync(email)).IsOk()["accessToken"];
        Assert.Equal("""{"completedAt":null}""", (await world.Api.CallAsync("GET", "/api/v1/me/onboarding", bearer: token)).IsOk().Text);
        var first = (await world.Api.CallAsync("POST", "/api/v1/me/onboarding/complete", bearer: token)).IsOk().Text;
        Assert.Matches(@"^\{""completedAt"":""\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z""\}$", first);
        world.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(first, (await world.Api.CallAsync("POST", "/api/v1/me/onboarding/complete", bearer: token)).IsOk().Text);
        // Clients write the slash (auth.md 27, item 12).
        Assert.Equal(first, (await world.Api.CallAsync("GET", "/api/v1/me/onboarding/", bearer: token)).IsOk().Text);
        Assert.Equal("""{"completedAt":null}""", (await world.Api.CallAsync("PATCH", "/api/v1/me/onboarding/reset/", bearer: token)).IsOk().Text);
        Assert.Equal(JsonValueKind.Null, (await world.Api.CallAsync("GET", "/api/v1/me/onboarding", bearer: token)).IsOk().Body.GetProperty("completedAt").ValueKind);
        Assert.Equal(401, (await world.Api.CallAsync("GET", "/api/v1/me/onboarding")).Status);
    }
}
