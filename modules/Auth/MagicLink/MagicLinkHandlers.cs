using Mana.Auth.Cookies;
using Mana.Auth.Mails;
using Mana.Auth.Native;
using Mana.Auth.Origins;
using Mana.Auth.Pages;
using Mana.Auth.Passwords;
using Mana.Auth.Sessions;
using Mana.Auth.TwoFactor;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Mana.Auth.MagicLink;

internal sealed record MagicLinkRequest(string? Email, string? Name, string? CallbackURL, string? NewUserCallbackURL, string? ErrorCallbackURL);

internal static class MagicLinkHandlers
{
    /// <summary>One answer for every address, and for what is none.</summary>
    public static async Task<IResult> RequestAsync(
        MagicLinkRequest request, HttpContext http, Visitor visitor, MagicLinkRequests links, TrustedOrigins origins, MagicLinkNonce nonce, CancellationToken cancellationToken)
    {
        if (IsForeign(origins, request.CallbackURL))
            return NativeRefusals.InvalidCallback;
        if (IsForeign(origins, request.NewUserCallbackURL))
            return NativeRefusals.InvalidNewUserCallback;
        if (IsForeign(origins, request.ErrorCallbackURL))
            return NativeRefusals.InvalidErrorCallback;
        var wish = new MagicLinkWish(request.Email, request.Name, request.CallbackURL, request.NewUserCallbackURL, request.ErrorCallbackURL);
        await links.RequestAsync(wish, nonce.Give(http), visitor, cancellationToken);
        return Results.Ok(new NativeStatus());
    }

    /// <summary>The link in the mail. It signs nobody in: a program may have opened it.</summary>
    public static async Task<IResult> AskAsync(
        string? token, string? callbackURL, Page page, MagicLinkSignIn links, TrustedOrigins origins, TrustedPages pages, MagicLinkNonce nonce, CancellationToken cancellationToken)
    {
        var (data, failure) = await links.LookAsync(token, cancellationToken);
        return data is null ? Failed(failure!, origins.Target(callbackURL) ?? pages.SignIn) : MagicLinkPage.Ask(page, token!, data, nonce.IsOf(page.Http, data), pages.SignIn);
    }

    /// <summary>The button on that page. Not for pages of strangers, who could sign their visitors in as themselves (auth.md 3.2).</summary>
    public static async Task<IResult> RedeemAsync(
        HttpContext http, Visitor visitor, MagicLinkSignIn links, TrustedPages pages, OriginCheck check, SignedIn signedIn, KnownDevices devices, TwoFactorCookies cookies,
        CancellationToken cancellationToken)
    {
        if (!check.MaySetCookie(http))
            return NativeRefusals.InvalidOrigin;
        var token = http.Request.HasFormContentType ? (string?)(await http.Request.ReadFormAsync(cancellationToken))["token"] : null;
        switch (await links.RedeemAsync(token, visitor, cancellationToken))
        {
            case MagicLinkResult.SignedIn done:
                signedIn.Complete(http, done.Session, null);
                devices.Write(http, done.DeviceCookie);
                return Results.Redirect(done.Target);
            case MagicLinkResult.SecondFactorNeeded needed:
                cookies.Begin(http, needed.Token);
                return Results.Redirect(QueryHelpers.AddQueryString(pages.SignInOf(new Uri(new Uri(pages.SignIn), needed.Target).GetLeftPart(UriPartial.Authority)), "twoFactorRedirect", "true"));
            case var other:
                return Failed((MagicLinkResult.Failed)other, pages.SignIn);
        }
    }

    static IResult Failed(MagicLinkResult.Failed failure, string otherwise) => Results.Redirect(QueryHelpers.AddQueryString(failure.Target ?? otherwise, "error", failure.Code));

    static bool IsForeign(TrustedOrigins origins, string? target) => !string.IsNullOrEmpty(target) && origins.Target(target) is null;
}
