using Mana.Auth.Cookies;
using Mana.Auth.SecurityEvents;
using Mana.Auth.TwoFactor;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Sessions;

/// <summary>What every way to sign in does last, after its transaction: the browser gets its cookie, and a device never seen before is noted.</summary>
internal sealed class SignedIn(SessionCookies cookies, TwoFactorCookies secondFactor, SecurityLog log)
{
    /// <summary>Call it once, before the answer begins.</summary>
    /// <param name="rememberMe">As the client said it: false makes the cookie end with the browser.</param>
    public void Complete(HttpContext context, StartedSession started, bool? rememberMe)
    {
        cookies.Append(context, started, rememberMe);
        secondFactor.Complete(context, started.TrustToken);
        if (started.NewDevice)
            log.Record(SecurityEventTypes.NewDeviceLogin, started.Session.UserId, ClientInfo.Of(context), ("deviceName", started.Session.DeviceName));
    }
}
