import type { StoreFile } from "./storeFile";

const MATCHES = `
  FROM key_pairs AS pair
  WHERE region = :region
    AND (:pattern IS NULL OR name GLOB :pattern)
    AND (:fingerprint IS NULL OR replace(fingerprint, ':', '') = :fingerprint)
    AND (:resourceGroupId IS NULL OR resource_group_id = :resourceGroupId)
    AND NOT EXISTS (
      SELECT 1 FROM json_each(:tags) AS wanted WHERE NOT EXISTS (
        SELECT 1 FROM json_each(pair.tags) AS tag WHERE tag.key = wanted.key AND tag.value = wanted.value
      )
    )`;

/** Every statement of the store, prepared once. */
export function statements(file: StoreFile) {
  return {
    insert: file.prepare(`
      INSERT INTO key_pairs (region, name, id, public_key, fingerprint, created_at, tags, resource_group_id)
      VALUES (:region, :name, :id, :public_key, :fingerprint, :created_at, :tags, :resource_group_id)`),
    find: file.prepare("SELECT * FROM key_pairs WHERE region = :region AND name = :name"),
    count: file.prepare("SELECT count(*) AS total FROM key_pairs WHERE region = :region"),
    list: file.prepare(`SELECT * ${MATCHES} ORDER BY serial LIMIT :limit OFFSET :offset`),
    countMatches: file.prepare(`SELECT count(*) AS total ${MATCHES}`),
    delete: file.prepare("DELETE FROM key_pairs WHERE serial = :serial"),
    setTags: file.prepare("UPDATE key_pairs SET tags = :tags WHERE serial = :serial"),
    setResourceGroup: file.prepare(
      "UPDATE key_pairs SET resource_group_id = :resourceGroupId WHERE serial = :serial",
    ),
    attach: file.prepare(
      "INSERT OR REPLACE INTO attachments (region, instance_id, key_pair) VALUES (:region, :instanceId, :serial)",
    ),
    detach: file.prepare(
      "DELETE FROM attachments WHERE region = :region AND instance_id = :instanceId AND key_pair = :serial",
    ),
    instances: file.prepare(
      "SELECT instance_id FROM attachments WHERE key_pair = :serial ORDER BY instance_id",
    ),
  };
}
