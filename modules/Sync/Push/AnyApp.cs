using Mana.Sync.Contracts;

namespace Mana.Sync.Push;

/// <summary>The catalogue of a host that has none.</summary>
internal sealed class AnyApp : IAppCatalogue
{
    public bool Allows(string appId, string table) => true;

    public string LabelOf(string appId) => "other";
}
