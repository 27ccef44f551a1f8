using Microsoft.Extensions.Options;

namespace Mana.Host.Configuration;

/// <summary>
/// <c>&lt;NAME&gt;_FILE</c>: a secret from a file, as container engines hand them out, so that it stands in no environment and no process list. White space
/// around it is not part of it; an empty file counts as unset, so that a secret that is not needed yet can have its place.
/// </summary>
internal static class SecretFiles
{
    const string Suffix = "_FILE";
    const int LargestBytes = 64 * 1024;

    /// <summary>
    /// The variables that may come from a file. Not SYNAPSE_OIDC_CLIENT_SECRET, whose file Auth reads itself: Production and rotation look at it differently.
    /// </summary>
    public static readonly IReadOnlyList<string> Names =
    [
        "DATABASE_URL", "DATABASE_PASSWORD", "DATABASE_DIRECT_URL", "DATABASE_MIGRATION_URL", "READ_DATABASE_URL",
        "MANA_AUTH_KEK", "BETTER_AUTH_SECRET", "MANA_VAULT_KEKS", "MANA_AI_PUBLIC_KEY_PEM", "OIDC_REGISTRATION_TOKEN",
        "MANA_SERVICE_KEY", "MANA_SERVICE_KEY_PREVIOUS", "FEEDBACK_PSEUDONYM_SECRET",
        "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "STRIPE_CREDITS_WEBHOOK_SECRET", "STRIPE_SUBSCRIPTIONS_WEBHOOK_SECRET",
        "SMTP_PASSWORD", "GOOGLE_CLIENT_SECRET", "VAPID_PUBLIC_KEY", "VAPID_PRIVATE_KEY", "NOTIFY_SERVICE_KEY",
    ];

    /// <summary>The secrets that came from files, by the name of their variable.</summary>
    /// <exception cref="OptionsValidationException">One sentence per file that cannot be used.</exception>
    public static Dictionary<string, string> Read(IConfiguration configuration)
    {
        var (values, problems) = (new Dictionary<string, string>(StringComparer.Ordinal), new List<string>());
        foreach (var name in Names)
        {
            if (configuration[name + Suffix] is not { Length: > 0 } path)
                continue;
            if (configuration[name] is { Length: > 0 })
                problems.Add($"{name} and {name}{Suffix} are both set; keep one.");
            else if (Content(path, out var text) is { } problem)
                problems.Add($"{name}{Suffix}: {problem}");
            else if (text.Length > 0)
                values[name] = text;
        }

        return problems.Count == 0 ? values : throw new OptionsValidationException("Environment", typeof(SecretFiles), problems);
    }

    static string? Content(string path, out string text)
    {
        text = "";
        try
        {
            if (!File.Exists(path))
                return "there is no such file.";
            if (new FileInfo(path).Length > LargestBytes)
                return "the file is too large for a secret.";
            text = File.ReadAllText(path).Trim();
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "the file cannot be read; does it belong to the user that the host runs as?";
        }
    }
}
