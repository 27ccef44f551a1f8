using Mana.Auth.Oidc.Clients;
using Mana.Kernel.Configuration;

namespace Mana.Auth.Oidc;

/// <summary>Section <c>Auth:Oidc</c>.</summary>
internal sealed class OidcOptions : IManaOptions
{
    const int ShortestSecret = 32;

    /// <summary><c>SYNAPSE_OIDC_CLIENT_SECRET</c>: makes the client <c>matrix-synapse</c>; without it that client is switched off.</summary>
    public string? SynapseClientSecret { get; set; }

    /// <summary><c>SYNAPSE_OIDC_CLIENT_SECRET_FILE</c>: the same, as the homeserver reads it.</summary>
    public string? SynapseClientSecretFile { get; set; }

    /// <summary><c>SYNAPSE_PUBLIC_URL</c>: where the homeserver answers.</summary>
    public string SynapseUrl { get; set; } = "https://matrix.mana.how";

    /// <summary><c>ELEMENT_PUBLIC_URL</c>: the web client, where people come back to after signing out.</summary>
    public string ElementUrl { get; set; } = "https://element.mana.how";

    /// <summary><c>OIDC_PRIVATE_HOSTS</c>: comma list of hosts, with or without port, that may be told about sign-outs, or asked for their keys, although their address is private.</summary>
    public string BackchannelPrivateHosts { get; set; } = "";

    /// <summary><c>OIDC_REGISTRATION_TOKEN</c>: the initial access token of RFC 7591; empty: there is no registration.</summary>
    public string? RegistrationToken { get; set; }

    public bool AllowsRegistration => !string.IsNullOrWhiteSpace(RegistrationToken);

    /// <summary>Null: the homeserver has none, and is not let in.</summary>
    public string? SynapseSecret() => string.IsNullOrWhiteSpace(SynapseClientSecretFile) ? NullIfEmpty(SynapseClientSecret) : NullIfEmpty(File.ReadAllText(SynapseClientSecretFile).Trim());

    public IEnumerable<string> PrivateHosts() => BackchannelPrivateHosts.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    public IEnumerable<string> Problems(bool production)
    {
        if (!string.IsNullOrWhiteSpace(SynapseClientSecretFile) && !File.Exists(SynapseClientSecretFile))
            yield return "SYNAPSE_OIDC_CLIENT_SECRET_FILE names no file.";
        // The homeserver sends it as it is, while RFC 6749 wants it form-encoded: only what reads the same both ways works.
        else if (SynapseSecret() is { } secret && (secret.Length < ShortestSecret || !secret.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_')))
            yield return $"SYNAPSE_OIDC_CLIENT_SECRET must be {ShortestSecret} or more letters, digits, - and _ (openssl rand -hex 32).";
        else if (SynapseSecret() is { } chosen && Secrets.Problem("SYNAPSE_OIDC_CLIENT_SECRET", chosen, production, ShortestSecret) is { } problem)
            yield return problem;
        if (AllowsRegistration && Secrets.Problem("OIDC_REGISTRATION_TOKEN", RegistrationToken, production) is { } token)
            yield return token;
        if (RedirectUris.Problem(SynapseUrl, native: false, production) is { } synapse)
            yield return $"SYNAPSE_PUBLIC_URL {synapse}.";
        if (RedirectUris.Problem(ElementUrl, native: false, production) is { } element)
            yield return $"ELEMENT_PUBLIC_URL {element}.";
        if (AllowsRegistration && RegistrationToken!.Trim().Length < ShortestSecret)
            yield return $"OIDC_REGISTRATION_TOKEN must have {ShortestSecret} or more characters, or be empty.";
    }

    static string? NullIfEmpty(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
