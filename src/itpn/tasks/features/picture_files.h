// Pictures that a user names: single files, folders and lists, read a batch at a time. What cannot be read is reported
// and left out.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "itpn/data/transforms/picture_transform.h"
#include "itpn/structures/host_batch.h"

namespace itpn {

struct UnreadablePicture {
  std::string path;
  std::string reason;
};

struct ExpandedPictures {
  std::vector<std::string> paths;
  int64_t lost = 0;  // pictures and folders that were given by their folder and are not among them
};

// The files meant by `words`, in order: a folder stands for the pictures below it, a list (a text, whatever its name)
// for those that it names (data/datasets/list_dataset.h), anything else for itself. Tells what a folder holds beside
// them. Throws a data error for a folder or a list without a picture, and for archives and tar shards.
ExpandedPictures expand_pictures(const std::vector<std::string>& words);

struct PictureBatch {
  HostBatch batch;                            // those that could be read
  std::vector<std::string> paths;             // of those in the batch
  std::vector<UnreadablePicture> unreadable;  // the others
};

// Decodes `paths` at once, on all threads, as `transform` shows them; it must not be a random one. Warns of each
// picture that is damaged and used all the same.
PictureBatch read_pictures(std::span<const std::string> paths, const PictureTransform& transform);

}  // namespace itpn
