using System.Text.Json;

namespace Mana.Auth.Tests.Native;

/// <summary>Catalogue B of auth.md 9, as far as it concerns accounts.</summary>
public sealed class NativeRoutesTests(AccountWorld world) : IClassFixture<AccountWorld>
{
    const string App = "http://localhost:5173";

    [Fact]
    public async Task Somebody_is_there() => Assert.Equal("""{"ok":true}""", (await world.Api.CallAsync("GET", "/api/auth/ok")).IsOk().Text);

    [Fact]
    public async Task Signing_up_is_registering()
    {
        var email = AuthApi.NewEmail();
        var answer = await world.Api.CallAsync("POST", "/api/auth/sign-up/email", new { name = "Ada", email, password = AuthApi.Password, callbackURL = "/welcome" });
        Assert.Equal(JsonValueKind.Null, answer.IsOk().Body.GetProperty("token").ValueKind);
        Assert.Equal(email, answer["user", "email"]);
        Assert.Equal(1L, await world.RunAsync("SELECT count(*) FROM auth.organizations WHERE owner_user_id = $1", answer["user", "id"]!));

        var verified = await world.OpenAsync(await world.LinkAsync(email, "verify-address", "verifyLink"));
        Assert.Equal($"/welcome?verified=true&email={Uri.EscapeDataString(email)}", verified.Headers.Location?.OriginalString);
    }

    [Theory]
    [InlineData("""{"email":"x","password":"Korrekt-Pferd-9","name":"x"}""", 400, "VALIDATION_ERROR", "[body.email]")]
    [InlineData("""{"email":"a@example.org","name":"x"}""", 400, "VALIDATION_ERROR", "[body.password]")]
    [InlineData("""{"email":"a@example.org","password":"kurz","name":"x"}""", 400, "PASSWORD_TOO_SHORT", "")]
    [InlineData("""{"email":"a@example.org","password":"password1","name":"x"}""", 400, "WEAK_PASSWORD", "")]
    [InlineData("""{"email":"a@example.org","password":"Korrekt-Pferd-9","image":"javascript:x"}""", 400, "VALIDATION_ERROR", "[body.image]")]
    [InlineData("""{"email":"a@example.org","password":"Korrekt-Pferd-9","callbackURL":"https://evil.example"}""", 403, "INVALID_CALLBACK_URL", "")]
    [InlineData("{", 400, "VALIDATION_ERROR", "")]
    public async Task What_is_wrong_with_a_sign_up_is_said_in_the_words_of_the_engine(string body, int status, string code, string message)
    {
        var answer = await world.Api.CallAsync("POST", "/api/auth/sign-up/email", body);
        Assert.Equal((status, code), (answer.Status, answer["code"]));
        Assert.StartsWith(message, answer["message"], StringComparison.Ordinal);
        Assert.Equal(0L, await world.RunAsync("SELECT count(*) FROM auth.users WHERE email = 'a@example.org'"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Signing_in_takes_JSON_and_forms(bool form)
    {
        var (email, id) = await world.PersonAsync();
        HttpContent content = form
            ? new FormUrlEncodedContent([new("email", email), new("password", AuthApi.Password), new("callbackURL", App + "/after")])
            : new StringContent(JsonSerializer.Serialize(new { email, password = AuthApi.Password, callbackURL = App + "/after" }), System.Text.Encoding.UTF8, "application/json");
        var answer = (await world.Api.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/api/auth/sign-in/email") { Content = content })).IsOk();

        Assert.True(answer.Body.GetProperty("redirect").GetBoolean());
        Assert.Equal((App + "/after", id), (answer["url"], answer["user", "id"]));
        Assert.Equal(id, (await world.Api.SessionAsync(answer["token"])).IsOk()["user", "id"]);
        Assert.Equal(1L, await world.RunAsync("SELECT count(*) FROM auth.sessions WHERE user_id = $1", id));
        Assert.Contains("login_success", await world.SecurityAsync(id));
    }

    [Fact]
    public async Task Refusals_of_a_sign_in_are_those_of_the_engine()
    {
        var (email, id) = await world.PersonAsync();
        async Task<(int, string?)> SignInAsync(object body)
        {
            var answer = await world.Api.CallAsync("POST", "/api/auth/sign-in/email", body);
            return (answer.Status, answer["code"]);
        }

        Assert.Equal((401, "INVALID_EMAIL_OR_PASSWORD"), await SignInAsync(new { email, password = "Falsches-Pferd-9" }));
        Assert.Equal((401, "INVALID_EMAIL_OR_PASSWORD"), await SignInAsync(new { email = AuthApi.NewEmail(), password = "Falsches-Pferd-9" }));
        Assert.Equal((400, "VALIDATION_ERROR"), await SignInAsync(new { email }));
        Assert.Equal((400, "VALIDATION_ERROR"), await SignInAsync("{"));
        Assert.Equal((403, "INVALID_CALLBACK_URL"), await SignInAsync(new { email, password = AuthApi.Password, callbackURL = "//evil.example" }));
        await world.RunAsync("UPDATE auth.users SET email_verified = false WHERE id = $1", id);
        Assert.Equal((403, "EMAIL_NOT_VERIFIED"), await SignInAsync(new { email, password = AuthApi.Password }));
    }

    [Fact]
    public async Task A_reset_works_from_wish_to_password()
    {
        var (email, _) = await world.PersonAsync();
        var wish = await world.Api.CallAsync("POST", "/api/auth/request-password-reset", new { email, redirectTo = App });
        Assert.True(wish.IsOk().Body.GetProperty("status").GetBoolean());
        Assert.Equal(wish.Text, (await world.Api.CallAsync("POST", "/api/auth/request-password-reset", new { email = AuthApi.NewEmail(), redirectTo = App })).Text);
        Assert.Equal("INVALID_REDIRECT_URL", (await world.Api.CallAsync("POST", "/api/auth/request-password-reset", new { email, redirectTo = "https://evil.example" }))["code"]);
        Assert.Equal(400, (await world.Api.CallAsync("POST", "/api/auth/request-password-reset", new { redirectTo = App })).Status);

        var page = (await world.OpenAsync(await world.LinkAsync(email, "reset-password", "resetLink"))).Headers.Location!.OriginalString;
        var token = page.Split("token=")[1];
        Assert.Equal("INVALID_TOKEN", (await world.Api.CallAsync("POST", "/api/auth/reset-password", new { token = "x", newPassword = "Neues-Pferd-2026" }))["code"]);
        (await world.Api.CallAsync("POST", "/api/auth/reset-password?token=" + token, new { newPassword = "Neues-Pferd-2026" })).IsOk();
        (await world.Api.LoginAsync(email, "Neues-Pferd-2026")).IsOk();
    }

    [Fact]
    public async Task The_verification_mail_comes_again()
    {
        var email = AuthApi.NewEmail();
        await world.Api.RegisterAsync(email);
        Assert.True((await world.Api.CallAsync("POST", "/api/auth/send-verification-email", new { email })).IsOk().Body.GetProperty("status").GetBoolean());
        Assert.Equal("INVALID_CALLBACK_URL", (await world.Api.CallAsync("POST", "/api/auth/send-verification-email", new { email, callbackURL = "https://evil.example" }))["code"]);
        Assert.Equal(2, (await world.MailsAsync(email, "verify-address")).Count);
    }
}
