using System.Text.Json;
using Mana.Auth.Tests.Cookies;

namespace Mana.Auth.Tests.Passkeys;

/// <summary>Somebody who is signed in in a browser, and has authenticators.</summary>
internal sealed record PasskeyPerson(AccountWorld World, string Email, string Id, Browser Browser)
{
    public const string Path = "/api/v1/auth/passkeys";

    public static async Task<PasskeyPerson> NewAsync(AccountWorld world)
    {
        var (email, id) = await world.PersonAsync();
        var browser = new Browser(world.Host);
        (await browser.LoginAsync(email)).IsOk();
        return new PasskeyPerson(world, email, id, browser);
    }

    public async Task<Answer> RegisterAsync(SoftwareAuthenticator authenticator, string? friendlyName = null)
    {
        var (options, challengeId) = await AskRegistrationAsync();
        return await Browser.PostAsync(Path + "/register/verify", new { challengeId, credential = authenticator.Create(options), friendlyName });
    }

    public async Task<(JsonElement Options, string ChallengeId)> AskRegistrationAsync()
    {
        var asked = (await Browser.PostAsync(Path + "/register/options")).IsOk();
        return (asked.Body.GetProperty("options"), asked["challengeId"]!);
    }

    /// <summary>In a browser that knows nothing yet.</summary>
    public static async Task<Answer> SignInAsync(Browser browser, SoftwareAuthenticator authenticator)
    {
        var asked = (await browser.PostAsync(Path + "/authenticate/options")).IsOk();
        return await browser.PostAsync(Path + "/authenticate/verify", new { challengeId = asked["challengeId"], credential = authenticator.Get(asked.Body.GetProperty("options")) });
    }

    public Task<Answer> SignInAsync(SoftwareAuthenticator authenticator) => SignInAsync(new Browser(World.Host), authenticator);
}
