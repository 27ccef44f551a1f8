using Mana.Kernel.Configuration;

namespace Mana.Auth;

/// <summary>Section <c>Auth</c>.</summary>
internal sealed class AuthOptions : IManaOptions
{
    const int KeyLength = 32;

    /// <summary>Anybody can read this; it only has to stay the same from one start to the next.</summary>
    static readonly byte[] DevelopmentKey = [.. "mana-development-key-do-not-use!"u8];

    string _baseUrl = "http://localhost:3001";

    /// <summary><c>BASE_URL</c>: public origin of the server and issuer of every token; never ends with a slash.</summary>
    public string BaseUrl
    {
        get => _baseUrl;
        set => _baseUrl = value.Trim().TrimEnd('/');
    }

    /// <summary><c>JWT_ISSUER</c>: accepted for old deployments, but it must say the same as <see cref="BaseUrl"/>.</summary>
    public string? Issuer { get; set; }

    /// <summary><c>JWT_AUDIENCE</c>.</summary>
    public string Audience { get; set; } = "mana";

    /// <summary><c>AUTH_REQUIRE_VERIFIED_EMAIL</c>. Null: not in Development, everywhere else yes.</summary>
    public bool? RequireVerifiedEmail { get; set; }

    /// <summary><c>MANA_AUTH_KEK</c>: base64 of exactly 32 random bytes; seals the private signing keys.</summary>
    public string? KeyEncryptionKey { get; set; }

    /// <summary>Password hashes computed at once. 0: one per processor.</summary>
    public int HashingConcurrency { get; set; }

    /// <summary>Requests that may wait for a hash before others are refused with 429. 0: 32 for each running one, about three seconds.</summary>
    public int HashingQueue { get; set; }

    /// <summary><c>MAX_DAILY_SIGNUPS</c>: accounts created per day, UTC. 0: no limit.</summary>
    public int MaxDailySignups { get; set; }

    /// <summary>Rounds of PBKDF2-HMAC-SHA512 in new password hashes; hashes with fewer are replaced at the next sign-in.</summary>
    public int PasswordIterations { get; set; } = 210_000;

    /// <summary>Estimate of zxcvbn below which a new password is refused, 0–4; 1 begins at about two million guesses.</summary>
    public int PasswordScore { get; set; } = 1;

    public bool UsesDevelopmentKey => string.IsNullOrWhiteSpace(KeyEncryptionKey) || KeyEncryptionKeyBytes().AsSpan().SequenceEqual(DevelopmentKey);

    public byte[] KeyEncryptionKeyBytes() => string.IsNullOrWhiteSpace(KeyEncryptionKey) ? DevelopmentKey : Convert.FromBase64String(KeyEncryptionKey.Trim());

    public IEnumerable<string> Problems(bool production)
    {
        if (!Uri.TryCreate(BaseUrl, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.Query.Length + url.Fragment.Length + url.UserInfo.Length > 0)
            yield return "BASE_URL must be an absolute http(s) URL without query or fragment.";
        else if (production && url.Scheme != Uri.UriSchemeHttps)
            yield return "BASE_URL must be https in Production: it is the issuer of every token.";
        if (Issuer is { Length: > 0 } issuer && issuer.TrimEnd('/') != BaseUrl)
            yield return "JWT_ISSUER differs from BASE_URL; remove it, the issuer is BASE_URL.";
        if (string.IsNullOrWhiteSpace(Audience))
            yield return "JWT_AUDIENCE is empty.";
        if (HashingConcurrency is < 0 or > 256 || HashingQueue is < 0 or > 10_000)
            yield return "Auth:HashingConcurrency must be 0–256 and Auth:HashingQueue 0–10000.";
        if (MaxDailySignups < 0)
            yield return "MAX_DAILY_SIGNUPS must not be negative; 0 means no limit.";
        if (PasswordIterations < (production ? 210_000 : 1_000) || PasswordIterations > 10_000_000)
            yield return "Auth:PasswordIterations must be 210000 (Development: 1000) to 10000000.";
        if (PasswordScore is < 0 or > 4)
            yield return "Auth:PasswordScore must be 0–4.";
        if (KeyProblem(production) is { } problem)
            yield return problem;
    }

    string? KeyProblem(bool production)
    {
        const string Wanted = "base64 of exactly 32 random bytes (openssl rand -base64 32)";
        if (string.IsNullOrWhiteSpace(KeyEncryptionKey))
            return production ? $"MANA_AUTH_KEK is not set; Production needs {Wanted}." : null;
        var bytes = new byte[KeyEncryptionKey.Length];
        if (!Convert.TryFromBase64String(KeyEncryptionKey.Trim(), bytes, out var length) || length != KeyLength)
            return $"MANA_AUTH_KEK must be {Wanted}.";
        return production && (UsesDevelopmentKey || bytes.Take(length).Distinct().Count() == 1)
            ? "MANA_AUTH_KEK holds a known default; set a key of your own."
            : null;
    }
}
