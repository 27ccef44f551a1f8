using System.Buffers.Text;
using System.Text.Json;
using Mana.Auth.Tests.Cookies;

namespace Mana.Auth.Tests.Passkeys;

public sealed class PasskeyRegistrationTests(AccountWorld world) : IClassFixture<AccountWorld>
{
    const string Path = PasskeyPerson.Path;

    [Fact]
    public async Task Scenario_51_capability()
    {
        var answer = (await world.Api.CallAsync("GET", Path + "/capability")).IsOk();
        Assert.Equal("""{"enabled":true,"conditionalUIAvailable":true,"rpId":"localhost"}""", answer.Text);
    }

    [Fact]
    public async Task Scenario_52_the_options_ask_for_what_a_sole_factor_needs()
    {
        (await world.Api.CallAsync("POST", Path + "/register/options")).IsRefused(401, "UNAUTHORIZED");
        var person = await PasskeyPerson.NewAsync(world);
        var (options, challengeId) = await person.AskRegistrationAsync();
        Assert.Equal("""{"id":"localhost","name":"Mana"}""", options.GetProperty("rp").GetRawText());
        Assert.Equal("""{"residentKey":"required","requireResidentKey":true,"userVerification":"required"}""", options.GetProperty("authenticatorSelection").GetRawText());
        Assert.Equal([-8, -7, -257], options.GetProperty("pubKeyCredParams").EnumerateArray().Select(one => one.GetProperty("alg").GetInt32()));
        Assert.Equal((60000, "none"), (options.GetProperty("timeout").GetInt32(), options.GetProperty("attestation").GetString()));
        Assert.True(Base64Url.DecodeFromChars(options.GetProperty("challenge").GetString()).Length >= 32);
        Assert.Equal(64, Base64Url.DecodeFromChars(options.GetProperty("user").GetProperty("id").GetString()).Length);
        Assert.Equal(person.Email, options.GetProperty("user").GetProperty("name").GetString());
        Assert.Empty(options.GetProperty("excludeCredentials").EnumerateArray());
        Assert.NotEmpty(challengeId);

        var authenticator = new SoftwareAuthenticator();
        (await person.RegisterAsync(authenticator)).IsOk();
        var (again, _) = await person.AskRegistrationAsync();
        Assert.Equal(options.GetProperty("user").GetRawText(), again.GetProperty("user").GetRawText());
        Assert.NotEqual(options.GetProperty("challenge").GetString(), again.GetProperty("challenge").GetString());
        var excluded = Assert.Single(again.GetProperty("excludeCredentials").EnumerateArray());
        Assert.Equal(Base64Url.EncodeToString(authenticator.CredentialId), excluded.GetProperty("id").GetString());
        Assert.Equal("""["internal","hybrid"]""", excluded.GetProperty("transports").GetRawText());
    }

    [Theory]
    [InlineData(-7)]
    [InlineData(-8)]
    [InlineData(-257)]
    public async Task Scenario_52_each_algorithm_of_the_list_is_stored_and_signs_in(int algorithm)
    {
        var person = await PasskeyPerson.NewAsync(world);
        var authenticator = new SoftwareAuthenticator(algorithm) { Flags = 0x1d };
        var stored = (await person.RegisterAsync(authenticator, "Adas Telefon")).IsOk();
        Assert.Equal(Base64Url.EncodeToString(authenticator.CredentialId), stored["credentialId"]);
        Assert.Equal(("multiDevice", "Adas Telefon"), (stored["deviceType"], stored["friendlyName"]));
        Assert.Equal("Adas Telefon", Assert.Single(await world.MailsAsync(person.Email, "passkey-added")).Values!["passkey"]);
        Assert.Contains("passkey_registered", await world.SecurityAsync(person.Id));
        authenticator.Counter++;
        (await person.SignInAsync(authenticator)).IsOk();
        authenticator.Counter++;
        authenticator.Tampered = true;
        (await person.SignInAsync(authenticator)).IsRefused(401, "PASSKEY_VERIFICATION_FAILED");
    }

    [Fact]
    public async Task Scenario_52_the_same_credential_again_is_409_also_for_somebody_else()
    {
        var (one, two) = (await PasskeyPerson.NewAsync(world), await PasskeyPerson.NewAsync(world));
        var authenticator = new SoftwareAuthenticator();
        (await one.RegisterAsync(authenticator)).IsOk();
        (await one.RegisterAsync(authenticator)).IsRefused(409, "PASSKEY_ALREADY_REGISTERED");
        (await two.RegisterAsync(authenticator)).IsRefused(409, "PASSKEY_ALREADY_REGISTERED");
    }

    public static TheoryData<string> Wrongs => ["origin", "sub-origin", "http-origin", "challenge", "rpId", "uv", "up", "type", "cross", "backup", "algorithm", "credential-id", "cut", "more", "no-cbor"];

    [Theory]
    [MemberData(nameof(Wrongs))]
    public async Task Scenario_52_whatever_is_wrong_is_401_and_stored_nowhere(string wrong)
    {
        var person = await PasskeyPerson.NewAsync(world);
        var authenticator = Broken(wrong);
        var (options, challengeId) = await person.AskRegistrationAsync();
        var credential = JsonSerializer.Serialize(authenticator.Create(options));
        if (wrong == "credential-id")
            credential = credential.Replace(Base64Url.EncodeToString(authenticator.CredentialId), Base64Url.EncodeToString(new byte[20]), StringComparison.Ordinal);
        if (wrong is "cut" or "more" or "no-cbor")
            credential = Replaced(credential, wrong);
        var answer = await person.Browser.PostAsync(Path + "/register/verify", new { challengeId, credential = JsonDocument.Parse(credential).RootElement });
        answer.IsRefused(401, "PASSKEY_VERIFICATION_FAILED");
        Assert.Equal("[]", (await person.Browser.GetAsync(Path)).IsOk().Text);
    }

    [Fact]
    public async Task A_challenge_is_good_once_for_five_minutes_and_for_who_asked()
    {
        var (one, two) = (await PasskeyPerson.NewAsync(world), await PasskeyPerson.NewAsync(world));
        var authenticator = new SoftwareAuthenticator { Origin = "https://evil.example" };
        var (options, challengeId) = await one.AskRegistrationAsync();
        (await one.Browser.PostAsync(Path + "/register/verify", new { challengeId, credential = authenticator.Create(options) })).IsRefused(401, "PASSKEY_VERIFICATION_FAILED");
        authenticator.Origin = Browser.App;
        (await one.Browser.PostAsync(Path + "/register/verify", new { challengeId, credential = authenticator.Create(options) })).IsRefused(400, "TOKEN_INVALID");

        (options, challengeId) = await one.AskRegistrationAsync();
        (await two.Browser.PostAsync(Path + "/register/verify", new { challengeId, credential = authenticator.Create(options) })).IsRefused(400, "TOKEN_INVALID");
        (options, challengeId) = await one.AskRegistrationAsync();
        world.Clock.Advance(TimeSpan.FromMinutes(5));
        (await one.Browser.PostAsync(Path + "/register/verify", new { challengeId, credential = authenticator.Create(options) })).IsRefused(400, "TOKEN_INVALID");
        (await one.Browser.PostAsync(Path + "/register/verify", new { challengeId })).IsRefused(400, "VALIDATION");
        // The question of a sign-in is no question of a registration.
        var asked = (await one.Browser.PostAsync(Path + "/authenticate/options")).IsOk();
        var (fresh, _) = await one.AskRegistrationAsync();
        (await one.Browser.PostAsync(Path + "/register/verify", new { challengeId = asked["challengeId"], credential = authenticator.Create(fresh) })).IsRefused(400, "TOKEN_INVALID");
    }

    [Fact]
    public async Task An_old_session_has_to_step_up_first_and_twenty_are_enough()
    {
        var person = await PasskeyPerson.NewAsync(world);
        await world.RunAsync("""
            INSERT INTO auth.passkeys (id, user_id, credential_id, public_key, counter, device_type, backed_up, transports, name, aaguid, created_at)
            SELECT $1 || number, $1, $1 || '-' || number, '\x00', 0, 'singleDevice', false, '', 'x', '', now() FROM generate_series(1, 19) number
            """, person.Id);
        var (options, challengeId) = await person.AskRegistrationAsync();
        (await person.RegisterAsync(new SoftwareAuthenticator())).IsOk();
        (await person.Browser.PostAsync(Path + "/register/options")).IsRefused(400, "VALIDATION");
        (await person.Browser.PostAsync(Path + "/register/verify", new { challengeId, credential = new SoftwareAuthenticator().Create(options) })).IsRefused(400, "VALIDATION");
        world.Clock.Advance(TimeSpan.FromMinutes(16));
        (await person.Browser.PostAsync(Path + "/register/options")).IsRefused(403, "STEP_UP_REQUIRED");
    }

    internal static SoftwareAuthenticator Broken(string wrong)
    {
        var authenticator = new SoftwareAuthenticator(wrong == "algorithm" ? -35 : -7);
        switch (wrong)
        {
            case "origin": authenticator.Origin = "https://evil.example"; break;
            case "sub-origin": authenticator.Origin = "http://app.localhost:5173"; break;
            case "http-origin": authenticator.Origin = "http://localhost:5174"; break;
            case "challenge": authenticator.Challenge = Base64Url.EncodeToString(new byte[32]); break;
            case "rpId": authenticator.RpId = "evil.example"; break;
            case "uv": authenticator.Flags = 0x01; break;
            case "up": authenticator.Flags = 0x04; break;
            case "type": authenticator.Type = "webauthn.other"; break;
            case "cross": authenticator.CrossOrigin = true; break;
            case "backup": authenticator.Flags = 0x15; break;
        }

        return authenticator;
    }

    /// <summary>The attestation object, shortened, lengthened, or something else.</summary>
    static string Replaced(string credential, string how)
    {
        var before = JsonDocument.Parse(credential).RootElement.GetProperty("response").GetProperty("attestationObject").GetString()!;
        var bytes = Base64Url.DecodeFromChars(before);
        byte[] after = how switch { "cut" => bytes[..^9], "more" => [.. bytes, 0], _ => [0xff, 0xff, 0xff] };
        return credential.Replace(before, Base64Url.EncodeToString(after), StringComparison.Ordinal);
    }
}
