using Mana.Auth.Oidc.Protocol;
using Mana.Auth.Pages;

namespace Mana.Auth.Oidc.Consent;

/// <summary>What a scope means, in words for the person who is asked.</summary>
internal static class ScopeText
{
    public static string Of(Page page, string scope) => scope switch
    {
        Scopes.OpenId => page["dich wiedererkennen", "recognize you"],
        Scopes.Profile => page["deinen Namen und dein Bild sehen", "see your name and your picture"],
        Scopes.Email => page["deine E-Mail-Adresse sehen", "see your e-mail address"],
        Scopes.OfflineAccess => page["das auch tun, wenn du nicht da bist", "do this while you are away, too"],
        _ => scope,
    };
}
