using Mana.Kernel.Identity;

namespace Mana.Auth.Contracts;

/// <summary>Ways of being signed in that a page outside of this module can ask for.</summary>
public static class SessionSchemes
{
    /// <summary>The session cookie of a browser: <c>AuthenticateAsync</c> with it, and <see cref="CurrentUser"/> is there when somebody is signed in.</summary>
    public const string Cookie = Cookies.ManaCookieHandler.SchemeName;

    /// <summary>Where somebody signs in; <c>?callbackURL=</c> names the path to come back to.</summary>
    public const string SignInPath = Pages.SignInPages.Path;
}
