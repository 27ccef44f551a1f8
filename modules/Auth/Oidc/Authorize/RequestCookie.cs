using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Mana.Auth.Cookies;
using Mana.Kernel.Ids;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Oidc.Authorize;

/// <summary>
/// Ties a waiting request to the browser that brought it (auth.md 6.2, <c>oidc_login_prompt</c>), so that its id in the address is of no use
/// elsewhere. One value per browser, for all tabs.
/// </summary>
internal sealed class RequestCookie(SignedValue signed, AuthOptions options, IIdSource ids)
{
    const int Length = 16;
    static readonly TimeSpan Lifetime = StoredRequests.Lifetime;

    readonly bool _secure = options.BaseUrl.StartsWith("https:", StringComparison.OrdinalIgnoreCase);

    string Name => _secure ? "__Host-oidc_login_prompt" : "oidc_login_prompt";

    /// <summary>Null: this browser sent none.</summary>
    public byte[]? Read(HttpContext context) => signed.Open(context.Request.Cookies[Name]) is { } value ? Hash(value) : null;

    /// <summary>Makes one when there is none; its time begins anew.</summary>
    public byte[] Write(HttpContext context)
    {
        var value = signed.Open(context.Request.Cookies[Name]) ?? New();
        context.Response.Cookies.Append(Name, signed.Sign(value), new CookieOptions
        {
            Path = "/",
            HttpOnly = true,
            Secure = _secure,
            SameSite = SameSiteMode.Lax,
            MaxAge = Lifetime,
        });
        return Hash(value);
    }

    static byte[] Hash(string value) => SHA256.HashData(Encoding.UTF8.GetBytes(value));

    string New()
    {
        Span<byte> value = stackalloc byte[Length];
        ids.Fill(value);
        return Base64Url.EncodeToString(value);
    }
}
