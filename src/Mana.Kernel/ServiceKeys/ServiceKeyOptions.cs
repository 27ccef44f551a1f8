using Mana.Kernel.Configuration;

namespace Mana.Kernel.ServiceKeys;

/// <summary>Section <c>ServiceKeys</c>: the shared keys of the services that stay outside.</summary>
internal sealed class ServiceKeyOptions : IManaOptions
{
    /// <summary>The key in use (environment <c>MANA_SERVICE_KEY</c>). Unset: the internal surface answers 503.</summary>
    public string? Current { get; set; }

    /// <summary>The key that is being replaced (<c>MANA_SERVICE_KEY_PREVIOUS</c>); accepted as well while set.</summary>
    public string? Previous { get; set; }

    public IEnumerable<string> Problems(bool production)
    {
        if (Current is { Length: > 0 } && Secrets.Problem("MANA_SERVICE_KEY", Current, production) is { } problem)
            yield return problem;
        if (Previous is { Length: > 0 } && Secrets.Problem("MANA_SERVICE_KEY_PREVIOUS", Previous, production) is { } previous)
            yield return previous;
    }
}
