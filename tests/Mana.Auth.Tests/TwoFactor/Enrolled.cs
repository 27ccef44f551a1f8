using Mana.Auth.Tests.Cookies;
using Mana.Auth.TwoFactor;

namespace Mana.Auth.Tests.TwoFactor;

/// <summary>Somebody with an authenticator app, signed in with it in a browser.</summary>
internal sealed record Enrolled(AccountWorld World, string Email, string Id, byte[] Secret, IReadOnlyList<string> Codes, Browser Browser, string Token)
{
    const string Base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    /// <summary>Of the next half minute, so that it was not used before.</summary>
    public string NextCode()
    {
        World.Clock.Advance(TimeSpan.FromSeconds(Totp.PeriodSeconds));
        return Code();
    }

    public string Code() => Totp.Code(Secret, Totp.StepAt(World.Clock.GetUtcNow()));

    public string WrongCode() => Code() == "000000" ? "111111" : "000000";

    /// <summary>The first factor in a browser that is not trusted; its cookie holds what was begun.</summary>
    public async Task<(Browser Browser, Answer Answer)> BeginAsync()
    {
        var browser = new Browser(World.Host);
        return (browser, (await browser.LoginAsync(Email)).IsOk());
    }

    public static async Task<Enrolled> NewAsync(AccountWorld world)
    {
        var (email, id) = await world.PersonAsync();
        var browser = new Browser(world.Host);
        (await browser.LoginAsync(email)).IsOk();
        var begun = (await browser.PostAsync("/api/auth/two-factor/enable", new { password = AuthApi.Password })).IsOk();
        var secret = SecretOf(begun["totpURI"]!);
        var done = (await browser.PostAsync("/api/auth/two-factor/verify-totp", new { code = Totp.Code(secret, Totp.StepAt(world.Clock.GetUtcNow())) })).IsOk();
        return new Enrolled(world, email, id, secret, CodesOf(begun), browser, done["token"]!);
    }

    public static List<string> CodesOf(Answer answer) => [.. answer.Body.GetProperty("backupCodes").EnumerateArray().Select(code => code.GetString()!)];

    /// <summary>As an app reads it.</summary>
    public static byte[] SecretOf(string uri)
    {
        var text = uri.Split("secret=")[1].Split('&')[0];
        var bits = string.Concat(text.Select(letter => Convert.ToString(Base32.IndexOf(letter, StringComparison.Ordinal), 2).PadLeft(5, '0')));
        return [.. Enumerable.Range(0, bits.Length / 8).Select(at => Convert.ToByte(bits.Substring(at * 8, 8), 2))];
    }
}
