using System.Diagnostics.Metrics;
using Mana.Auth.Keys;

namespace Mana.Auth;

/// <summary>Meter <c>Mana.Auth</c>. Results are closed sets; no label holds an id or an address.</summary>
internal sealed class AuthMetrics
{
    public const string Meter = "Mana.Auth";

    readonly Counter<long> _logins;
    readonly Counter<long> _registrations;
    readonly Counter<long> _refreshes;
    readonly Counter<long> _dropped;
    readonly Counter<long> _codes;
    readonly Counter<long> _passkeys;
    readonly Counter<long> _links;
    readonly Counter<long> _oidc;

    public AuthMetrics(IMeterFactory meters, SigningKeyRing keys, TimeProvider time)
    {
        var meter = meters.Create(Meter);
        _logins = meter.CreateCounter<long>("mana_auth_logins_total", description: "Sign-ins by password, by result");
        _registrations = meter.CreateCounter<long>("mana_auth_registrations_total", description: "Registrations, by result");
        _refreshes = meter.CreateCounter<long>("mana_auth_refresh_total", description: "Refreshes of access tokens, by result");
        _dropped = meter.CreateCounter<long>("mana_auth_security_events_dropped_total", description: "Security events that could not be kept");
        _codes = meter.CreateCounter<long>("mana_auth_two_factor_total", description: "Codes of second factors, by method and result");
        _passkeys = meter.CreateCounter<long>("mana_auth_passkeys_total", description: "Ceremonies with passkeys, by operation and result");
        _links = meter.CreateCounter<long>("mana_auth_magic_links_total", description: "Sign-ins by a link in a mail, by result");
        _oidc = meter.CreateCounter<long>("mana_auth_oidc_total", description: "Answers of the OpenID Connect provider, by endpoint and result");
        meter.CreateObservableGauge("mana_auth_signing_key_age_seconds", () => KeyAge(keys, time), description: "Since when the active signing key signs; it is replaced after 90 days");
    }

    public void Login(string result) => _logins.Add(1, new KeyValuePair<string, object?>("result", result));

    public void Registration(string result) => _registrations.Add(1, new KeyValuePair<string, object?>("result", result));

    /// <summary>One answer of the provider.</summary>
    /// <param name="result">What was issued, or a registered error code.</param>
    public void Oidc(string endpoint, string result) => _oidc.Add(1, new KeyValuePair<string, object?>("endpoint", endpoint), new KeyValuePair<string, object?>("result", result));

    public void SecurityEventDropped() => _dropped.Add(1);

    public void Refresh(string result) => _refreshes.Add(1, new KeyValuePair<string, object?>("result", result));

    public void TwoFactor(string method, string result) => _codes.Add(1, new("method", method), new KeyValuePair<string, object?>("result", result));

    public void Passkey(string operation, string result) => _passkeys.Add(1, new("operation", operation), new KeyValuePair<string, object?>("result", result));

    public void MagicLink(string result) => _links.Add(1, new KeyValuePair<string, object?>("result", result));

    static IEnumerable<Measurement<double>> KeyAge(SigningKeyRing keys, TimeProvider time) =>
        keys.Known?.Active.ActivatedAt is { } since ? [new((time.GetUtcNow() - since).TotalSeconds)] : [];
}
