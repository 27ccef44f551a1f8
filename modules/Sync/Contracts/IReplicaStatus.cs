namespace Mana.Sync.Contracts;

/// <summary>The read replicas of this host (<c>READ_DATABASE_URL</c>). None of them is needed: what they cannot serve the primary does.</summary>
public interface IReplicaStatus
{
    /// <summary>Without one that is the primary at the moment. 0: nothing to read from, the feature is off.</summary>
    int Configured { get; }

    /// <summary>Those that answer and are up to date.</summary>
    int Used { get; }
}
