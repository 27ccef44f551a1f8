namespace Mana.Sync.Contracts;

/// <summary>
/// What the product's apps and their tables are called, as far as synchronisation needs it (compute.md 2). The registry of apps implements it;
/// without it every name is fine.
/// </summary>
public interface IAppCatalogue
{
    /// <summary>False for a table that a known app does not have. An app that nobody knows may hold anything. Case-sensitive, as the wire is.</summary>
    bool Allows(string appId, string table);

    /// <summary>A name for metrics, from a fixed set: what clients invent is <c>other</c>.</summary>
    string LabelOf(string appId);
}
