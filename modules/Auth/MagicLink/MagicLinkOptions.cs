using Mana.Kernel.Configuration;

namespace Mana.Auth.MagicLink;

/// <summary>Section <c>Auth:MagicLink</c>.</summary>
internal sealed class MagicLinkOptions : IManaOptions
{
    /// <summary><c>MAGIC_LINK_ALLOW_SIGNUP</c>: a link also goes to an address without an account, and makes one. Off: nothing happens.</summary>
    public bool AllowSignup { get; set; }

    public IEnumerable<string> Problems(bool production) => [];
}
