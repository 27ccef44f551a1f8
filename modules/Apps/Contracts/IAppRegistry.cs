namespace Mana.Apps.Contracts;

/// <summary>
/// The one table of apps and their collections (compute.md 2): validation of pushes, metric labels, export, tiers and documentation go by it.
/// Names are case-sensitive, as the wire is.
/// </summary>
public interface IAppRegistry
{
    /// <summary>In the order of the registry.</summary>
    IReadOnlyList<AppDef> Apps { get; }

    /// <summary>By id or by an older name; null for an app that nobody registered, which is no error for sync.</summary>
    AppDef? Find(string appId);
}

/// <summary>One app.</summary>
/// <param name="AppId">Routing key of the app on the sync wire.</param>
/// <param name="Aliases">Names that it had before; clients and logs still use them.</param>
/// <param name="SyncOnly">The server computes nothing for it.</param>
/// <param name="RequiredTier">Access tier that its server parts ask for; null: none.</param>
/// <param name="LegacyCollections">Tables that older clients still write, beside <paramref name="Collections"/>.</param>
public sealed record AppDef(
    string AppId, IReadOnlyList<string> Aliases, bool SyncOnly, string? RequiredTier, IReadOnlyList<CollectionDef> Collections, IReadOnlyList<string> LegacyCollections)
{
    /// <summary>Whether a table of this name may be synchronised for the app.</summary>
    public bool Has(string collection) => Collections.Any(one => one.Name == collection) || LegacyCollections.Contains(collection, StringComparer.Ordinal);
}

/// <summary>One collection.</summary>
/// <param name="Name">On the wire.</param>
/// <param name="LocalName">In the browser's single database, where it must differ from all others; null: the same.</param>
/// <param name="EncryptedFields">Fields whose values start with <c>enc:1:</c>: never shown, never interpreted.</param>
/// <param name="Projected">The server reads it.</param>
/// <param name="OwnerField">Field that names the person a record belongs to; null: its scope says so.</param>
public sealed record CollectionDef(string Name, string? LocalName, IReadOnlyList<string> EncryptedFields, bool Projected, string? OwnerField);
