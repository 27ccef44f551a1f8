using System.Security.Cryptography;
using System.Text;
using Mana.Auth.Data;
using Mana.Auth.Sessions;
using Mana.Kernel.Ids;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Cookies;

/// <summary>The cookies of a session (auth.md 6.2): written, read and cleared with the same attributes.</summary>
internal sealed class SessionCookies(CookieSettings settings, SignedValue signed, OriginCheck origins, AuthOptions auth, IIdSource ids, TimeProvider time)
{
    const int TokenLength = 32;
    const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    const string Session = "mana.session_token";
    const string DoNotRemember = "mana.dont_remember";

    /// <summary>A cache of the original; only ever cleared.</summary>
    const string SessionData = "mana.session_data";

    readonly bool _secure = auth.BaseUrl.StartsWith("https:", StringComparison.Ordinal);

    /// <summary>A new secret: 32 letters and digits, 190 bits.</summary>
    public string NewToken()
    {
        var letters = new char[TokenLength];
        Span<byte> random = stackalloc byte[2 * TokenLength];
        for (var made = 0; made < TokenLength;)
        {
            ids.Fill(random);
            foreach (var one in random)
                // 248 is the last multiple of 62 in a byte: beyond it some letters would be likelier.
                if (one < 4 * Alphabet.Length && made < TokenLength)
                    letters[made++] = Alphabet[one % Alphabet.Length];
        }

        return new string(letters);
    }

    public static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    /// <summary>
    /// Gives the browser the session it has just opened. An origin that is not trusted gets none, so that no foreign site can sign its
    /// visitors in to an account of its own choice (auth.md 3.2, 5.3).
    /// </summary>
    /// <param name="rememberMe">False, said explicitly: the cookie ends with the browser.</param>
    public void Append(HttpContext context, StartedSession started, bool? rememberMe)
    {
        if (origins.MaySetCookie(context))
            Append(context, started.CookieToken, started.Session, rememberMe == false);
    }

    /// <summary>The same cookie with the session's new end.</summary>
    public void Renew(HttpContext context, Session session)
    {
        if (Token(context) is { } token)
            Append(context, token, session, signed.Open(context.Request.Cookies[Name(DoNotRemember)]) is not null);
    }

    /// <summary>The secret in the cookie; null without one, and for one that we did not sign.</summary>
    public string? Token(HttpContext context) => signed.Open(context.Request.Cookies[Name(Session)]);

    public void Clear(HttpContext context)
    {
        if (origins.MaySetCookie(context))
            Drop(context);
    }

    /// <summary>Whoever asks has checked that this site may.</summary>
    public void Drop(HttpContext context)
    {
        foreach (var name in (string[])[Session, SessionData, DoNotRemember])
            context.Response.Cookies.Append(Name(name), "", Attributes(TimeSpan.Zero));
    }

    void Append(HttpContext context, string token, Session session, bool untilClosed)
    {
        // Whole seconds, rounded up: a moment has passed since the session's end was set.
        TimeSpan? lifetime = untilClosed ? null : TimeSpan.FromSeconds(Math.Ceiling((session.ExpiresAt - time.GetUtcNow()).TotalSeconds));
        context.Response.Cookies.Append(Name(Session), signed.Sign(token), Attributes(lifetime));
        if (untilClosed)
            context.Response.Cookies.Append(Name(DoNotRemember), signed.Sign("true"), Attributes(null));
    }

    /// <summary>Browsers take a <c>__Secure-</c> cookie only with <c>Secure</c>, and that only over https.</summary>
    public string Name(string name) => _secure ? "__Secure-" + name : name;

    /// <summary>Every cookie of auth.md 6.2 has the same.</summary>
    public CookieOptions Attributes(TimeSpan? lifetime) => new()
    {
        Path = "/",
        HttpOnly = true,
        Secure = _secure,
        SameSite = settings.Mode,
        Domain = string.IsNullOrEmpty(settings.Domain) ? null : settings.Domain,
        MaxAge = lifetime,
    };
}
