using Mana.Auth.Keys;
using Mana.Auth.Sessions;

namespace Mana.Auth.Oidc.Consent;

/// <summary>For the form of a page that asks somebody: whom it was shown to. Who signed in as somebody else since then has not been asked.</summary>
internal sealed class ShownTo(SecretBox secrets)
{
    /// <summary>The same for the same question to the same session.</summary>
    public string Mark(string question, LiveSession live) => Convert.ToHexStringLower(secrets.Digest("consent page", $"{question}\n{live.Session.Id}\n{live.User.Id}"));
}
