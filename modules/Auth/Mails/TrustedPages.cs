using Mana.Auth.Origins;
using Microsoft.AspNetCore.WebUtilities;

namespace Mana.Auth.Mails;

/// <summary>Where links of mails and redirects lead: our own routes, and pages of the apps (auth.md 5.5).</summary>
internal sealed class TrustedPages(AuthOptions options, TrustedOrigins origins)
{
    public string ForgotPassword => origins.DefaultApp + "/forgot-password";

    public string SignIn => origins.DefaultApp + "/login";

    public string Security => origins.DefaultApp + "/settings/security";

    /// <summary>The original's link led to a path of this server that does not exist (W17).</summary>
    public string InvitationLink(string id) => QueryHelpers.AddQueryString(origins.DefaultApp + "/accept-invitation", "id", id);

    /// <summary>The sign-in page of the app that somebody registered in; of the default one when it is not ours to send people to.</summary>
    public string SignInOf(string? sourceApp) => OfApp(sourceApp, "/login");

    /// <summary>The apps give only their origin, and their people landed on its front page (W12).</summary>
    public string ResetOf(string? redirectTo) => OfApp(redirectTo, "/reset-password");

    public string VerifyLink(string token, string target) =>
        QueryHelpers.AddQueryString(options.BaseUrl + "/api/auth/verify-email", new Dictionary<string, string?>(StringComparer.Ordinal) { ["token"] = token, ["callbackURL"] = target });

    public string ResetLink(string token, string target) =>
        QueryHelpers.AddQueryString($"{options.BaseUrl}/api/auth/reset-password/{token}", "callbackURL", target);

    public string MagicLink(string token, string target) =>
        QueryHelpers.AddQueryString(options.BaseUrl + "/api/auth/magic-link/verify", new Dictionary<string, string?>(StringComparer.Ordinal) { ["token"] = token, ["callbackURL"] = target });

    public string RevertLink(string token) => QueryHelpers.AddQueryString(options.BaseUrl + "/api/auth/revert-email", "token", token);

    string OfApp(string? wanted, string page)
    {
        if (origins.Target(wanted) is not { } target)
            return origins.DefaultApp + page;
        if (target[0] == '/')
            return target;
        var uri = new Uri(target);
        return uri.AbsolutePath == "/" && uri.Query.Length + uri.Fragment.Length == 0 ? uri.GetLeftPart(UriPartial.Authority) + page : target;
    }
}
