using System.Buffers.Text;
using System.Security.Cryptography;
using Mana.Auth.Cookies;
using Mana.Auth.Data;
using Mana.Auth.Keys;
using Mana.Kernel.Ids;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Passwords;

/// <summary>
/// The cookie of a device on which somebody has completed a sign-in (auth.md 5.6): a random id and, for each of the last people who did, a
/// MAC over id, account and its security stamp. It proves no identity and opens nothing. It only says that wrong guesses of others need not
/// keep this device out. A changed password voids it.
/// </summary>
internal sealed class KnownDevices(SecretBox secrets, AuthOptions options, OriginCheck origins, IIdSource ids)
{
    const string Purpose = "known device";
    const string CookieName = "mana.known_device";
    const string SecureCookieName = "__Secure-" + CookieName;
    const int IdLength = 16;
    const int MacLength = 16;
    const int Text = 22;
    const int MostPeople = 5;
    static readonly TimeSpan Lifetime = TimeSpan.FromDays(180);

    readonly bool _secure = options.BaseUrl.StartsWith("https:", StringComparison.OrdinalIgnoreCase);

    public static string? CookieOf(HttpRequest request) => request.Cookies[SecureCookieName] ?? request.Cookies[CookieName];

    /// <summary>The id of the device when its cookie is ours and good for this account, else null.</summary>
    public string? Recognize(string? cookie, User? user)
    {
        if (user is null || Parts(cookie) is not [var id, .. var macs])
            return null;
        var expected = Mac(id, user);
        return macs.Exists(mac => CryptographicOperations.FixedTimeEquals(System.Text.Encoding.ASCII.GetBytes(mac), expected)) ? id : null;
    }

    /// <summary>The cookie's next value, after a complete sign-in: the same device, and one person more.</summary>
    public string Remember(string? cookie, User user)
    {
        var parts = Parts(cookie) ?? [NewId()];
        var mac = System.Text.Encoding.ASCII.GetString(Mac(parts[0], user));
        return string.Join('.', (string[])[parts[0], mac, .. parts.Skip(1).Where(other => other != mac).Take(MostPeople - 1)]);
    }

    /// <summary>Not for a page of strangers: it must not be able to mark a browser (auth.md 3.2).</summary>
    public void Write(HttpContext context, string value)
    {
        if (!origins.MaySetCookie(context))
            return;
        context.Response.Cookies.Append(_secure ? SecureCookieName : CookieName, value, new CookieOptions
        {
            HttpOnly = true, Secure = _secure, SameSite = SameSiteMode.Lax, Path = "/", MaxAge = Lifetime, IsEssential = true,
        });
    }

    byte[] Mac(string id, User user)
    {
        var digest = secrets.Digest(Purpose, $"{id}\n{user.Id}\n{user.SecurityStamp}");
        return System.Text.Encoding.ASCII.GetBytes(Base64Url.EncodeToString(digest.AsSpan(0, MacLength)));
    }

    string NewId()
    {
        Span<byte> secret = stackalloc byte[IdLength];
        ids.Fill(secret);
        return Base64Url.EncodeToString(secret);
    }

    static List<string>? Parts(string? cookie)
    {
        if (cookie is null || cookie.Length > (MostPeople + 1) * (Text + 1))
            return null;
        var parts = cookie.Split('.').ToList();
        return parts.TrueForAll(part => part.Length == Text && Base64Url.IsValid(part)) ? parts : null;
    }
}
